@echo off
rem Install Redline without network: install.cmd [--service] [--to FOLDER] [--data FOLDER]; --help lists all.
chcp 65001 >nul
for %%v in (3.13 3.12 3.11) do (
  py -%%v -c "pass" >nul 2>&1 && (
    py -%%v "%~dp0install.py" %*
    exit /b
  )
)
python -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" >nul 2>&1 && (
  python "%~dp0install.py" %*
  exit /b
)
echo Redline needs Python 3.11, 3.12 or 3.13; install one of them. / 需要 Python 3.11、3.12 或 3.13。
exit /b 1

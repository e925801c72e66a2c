"""Readers of the text files of Chinese survey software: 勘测定界 TXT and 南方 CASS."""

"""Status of projects by one rule, held to cases read in the documents."""

from __future__ import annotations

import pytest

from layers.plans.status import status_of
from layers.plans.tables import read_table


@pytest.mark.parametrize(
    ("project", "status"),
    [
        ("000-3-1-2-01", "planned"),  # 扎实推进 a hub: a task, no word that it has begun
        ("000-4-2-2-01", "planned"),  # 实施 … 等一批
        ("000-4-2-1-01", "under_way"),  # 持续推进
        ("000-5-1-1-08", "planned"),  # 新建
        ("000-5-1-2-01", "planned"),  # 开展 … 等一批项目建设
        ("000-6-2-1-01", "under_way"),  # 加快推进
        ("000-6-2-3-01", "planned"),  # 积极推进
        ("000-3-1-3-01", "planned"),  # 开工建设: is to start
        ("000-3-1-3-06", "under_way"),  # 加快建设
        ("000-s3-3-04", "under_way"),  # 加快推进
        ("000-s3-3-03", "planned"),  # 适时启动
        ("000-s1-1-04", "done"),  # 上线运行
        ("001-1-1-05", "planned"),  # a permit is no start
        ("001-1-2-01", "planned"),  # 加快 … 前期工作: preparation dominates
        ("001-1-2-09", "done"),  # 全面完成, told of 2022
        ("001-1-3-01", "under_way"),  # 启动, told of 2022
        ("001-2-1-01", "under_way"),  # 加快 … 建设
        ("001-2-2-07", "under_way"),  # 加快推进
        ("002-05", "planned"),  # 推进
        ("002-06", "planned"),  # 创建
        ("002-08", "under_way"),  # 加快推进
        ("002-a36-01", "under_way"),  # 持续推进
        ("002-a36-04", "planned"),  # 实施
        ("003-02", "planned"),  # from 2017 on it will
        ("003-08", "done"),  # a pilot whose experience is spread
        ("003-11", "under_way"),  # pilots were begun
        ("003-13", "planned"),  # 2017: will start
        ("004-10", "under_way"),  # 加快
        ("004-21", "planned"),  # 高水平建设
    ],
)
def test_status_as_read_in_the_document(project: str, status: str) -> None:
    row = read_table("projects").set_index("id").loc[project]
    assert row["status"] == status


def test_every_row_follows_the_one_rule() -> None:
    rows = read_table("projects")
    assert set(rows["status"]) == {"planned", "under_way", "done"}
    assert rows["status"].tolist() == rows["status_word"].map(status_of).tolist()


def test_one_word_tells_one_status_in_every_document() -> None:
    told = read_table("projects").groupby("status_word")["status"].nunique()
    assert told.eq(1).all()
    assert status_of("推进") == status_of("扎实推进") == status_of("有序推进") == "planned"
    assert status_of("加快推进") == status_of("持续推进") == status_of("深入推进") == "under_way"

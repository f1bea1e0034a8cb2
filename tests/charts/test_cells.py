import pytest

from medcore.charts import cells


@pytest.mark.parametrize("n", range(1, 25))
def test_cells_fill_the_figure_and_do_not_overlap(n):
    layout = cells.layout([f"Run · {i}" for i in range(n)], {"title": "Epoch"}, {"title": "Loss"})
    boxes = [(*layout[f"xaxis{i}"]["domain"], *layout[f"yaxis{i}"]["domain"]) for i in range(1, n + 1)]
    for left, right, low, high in boxes:
        assert 0 <= left < right <= 1
        assert 0 <= low < high < 1
    for i, (left, right, low, high) in enumerate(boxes):
        for other_left, other_right, other_low, other_high in boxes[:i]:
            assert right <= other_left or other_right <= left or high <= other_low or other_high <= low
    assert layout["height"] >= cells.ROW * -(-n // cells.COLUMNS)


def test_numbers_and_titles_stand_at_the_outer_cells_alone():
    layout = cells.layout(list("abcde"), {"title": "Epoch"}, {"title": "Loss"})
    assert [i for i in range(1, 6) if layout[f"xaxis{i}"]["showticklabels"]] == [3, 4, 5]
    assert [i for i in range(1, 6) if layout[f"yaxis{i}"]["title"].get("text") == "Loss"] == [1, 4]

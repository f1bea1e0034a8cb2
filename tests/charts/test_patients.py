from medcore.charts import patients


def test_every_patient_has_a_square_of_his_own():
    chart = patients.figure({"ill": (3, "#EE6677", "square"), "well": (97, "#808B96", "square-open")})
    places = {(x, y) for trace in chart.data for x, y in zip(trace.x, trace.y, strict=True)}
    assert len(places) == 100
    assert [trace.name for trace in chart.data] == ["3 ill", "97 well"]
    assert max(x for x, _ in places) == patients.COLUMNS - 1
    assert max(y for _, y in places) == 2

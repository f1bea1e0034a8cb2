from medcore.charts import palette, template


def test_up_to_eight_lines_have_a_colour_of_their_own():
    families = {f"Adam · {i}": "Adam" for i in range(8)}
    assert list(palette.colours(families).values()) == list(template.COLOURS)


def test_many_lines_are_shades_of_the_hue_of_their_family():
    families = {f"{name} · {i}": name for name in ("Adam", "SGD", "Lion") for i in range(5)}
    colours = palette.colours(families)
    assert len(set(colours.values())) == 15
    assert [colours[f"{name} · 2"] for name in ("Adam", "SGD", "Lion")] != [template.colour(i) for i in range(3)]
    lightness = [sum(int(colours[f"Adam · {i}"][c : c + 2], 16) for c in (1, 3, 5)) for i in range(5)]
    assert lightness == sorted(lightness, reverse=True)


def test_a_family_of_one_keeps_its_hue():
    families = {f"Adam · {i}": "Adam" for i in range(9)} | {"SGD": "SGD"}
    assert palette.colours(families)["SGD"] == template.colour(1)


def test_a_translucent_colour_names_its_channels():
    assert palette.translucent("#4477AA", 0.2) == "rgba(68, 119, 170, 0.2)"

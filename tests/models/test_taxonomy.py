from models import taxonomy


def test_the_thirty_codes_of_imageclef_2016() -> None:
    assert len(taxonomy.CODES) == 30
    assert len({taxonomy.path(code) for code in taxonomy.CODES}) == 30


def test_path_names_every_ancestor_and_the_leaf() -> None:
    assert taxonomy.path("DMFL") == ("microscopy", "microscopy/fluorescence")
    assert taxonomy.path("D3DR") == ("reconstruction",)


def test_a_class_of_another_taxonomy_hangs_under_the_root() -> None:
    assert taxonomy.path("My class!") == ("my-class",)
    assert taxonomy.name("My class!") == "My class!"
    assert not taxonomy.is_imageclef(["DMFL", "cat"])


def test_codes_are_those_of_the_official_lists(shared) -> None:
    lists = ("SubfigureClassificationTest2016GT.csv", "SubfigureClassificationTraining2016-GT.csv")
    lines = [line for name in lists for line in (shared / "imageclef" / name).read_text().split("\n") if line]
    assert {line.replace(",", " ").split()[-1] for line in lines} == set(taxonomy.CODES)

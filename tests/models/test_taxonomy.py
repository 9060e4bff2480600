import re

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


def test_codes_are_those_of_the_official_lists(shared) -> None:
    lists = ("SubfigureClassificationTest2016GT.csv", "SubfigureClassificationTraining2016-GT.csv")
    lines = [line for name in lists for line in (shared / "imageclef" / name).read_text().split("\n") if line]
    assert {line.replace(",", " ").split()[-1] for line in lines} == set(taxonomy.CODES)


def test_below_a_class_a_path_names_its_kind() -> None:
    assert taxonomy.below("GFIG", ("illustration", "illustration/chart", "illustration/chart/bar")) == (
        "bar",
    )
    assert taxonomy.below("GFIG", ("illustration/chart/bar",)) == ("bar",)
    for path in ((), ("illustration",), taxonomy.path("GFIG"), ("illustration/chart-like/bar",)):
        assert taxonomy.below("GFIG", path) == ()


def test_other_vocabularies_codes_have_their_form_and_mean_one_class_each() -> None:
    forms = {
        "umls": r"C\d{7}",
        "dicom": r"[A-Z]{2,3}",
        "fbbi": r"FBbi:\d{8}",
        "ncit": r"C\d{4,6}",
        "mesh": r"D\d{6}",
    }
    known = [taxonomy.identifiers(name) for name in (*taxonomy.CODES, "microscopy")]
    for vocabulary, form in forms.items():
        codes = [code for one in known if (code := getattr(one, vocabulary))]
        assert len(codes) == len(set(codes)) > 2
        assert [code for code in codes if not re.fullmatch(form, code)] == []


def test_a_class_without_a_concept_of_its_own_has_no_code() -> None:
    assert taxonomy.identifiers("DRUS").dicom == "US"
    assert taxonomy.identifiers("GSYS") == taxonomy.identifiers("My class") == taxonomy.Identifiers()


def test_a_class_of_one_s_own_may_hang_below_one_of_these() -> None:
    assert taxonomy.path("GGEL/Western blot, Ponceau") == (
        "illustration",
        "illustration/gel",
        "illustration/gel/western-blot-ponceau",
    )
    assert taxonomy.name("GGEL/Western blot, Ponceau") == "Western blot, Ponceau"
    assert taxonomy.path("This/That") == ("this-that",)
    assert taxonomy.below_another("GGEL") == (None, "GGEL")
    assert taxonomy.below_another("GGEL/") == (None, "GGEL/")

"""A journal's name, where a PDF has it whole."""

import pytest

from tasks.extraction.front.journals import read_journal


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("3 Biotech, doi:10.1007/s13205-014-0269-y", "3 Biotech"),
        ("BMC Cancer, 2021, doi:10.1186/s12885-021-08195-8", "BMC Cancer"),
        (
            "Digital Health, Policy and Law, https://doi.org/10.1186/s12911-021-01448-3",
            "Digital Health, Policy and Law",
        ),
        ("Multidrug resistance (MDR) is a prime reason for failed therapies.", None),
        (None, None),
    ],
)
def test_the_pdfs_own_description_names_it(description: str | None, name: str | None) -> None:
    assert read_journal(description, []) == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Cancer Science. 2021;112:1567–1578.", "Cancer Science"),
        ("Molecules 2016, 21, 183; doi:10.3390/molecules21020183", "Molecules"),
        ("Frontiers in Plant Science | www.frontiersin.org", "Frontiers in Plant Science"),
        ("PLOS ONE | https://doi.org/10.1371/journal.pone.0197919 June 13, 2018", "PLOS ONE"),
        ("Scientific Reports | 7:46406 | DOI: 10.1038/srep46406", "Scientific Reports"),
        ("Int. J. Environ. Res. Public Health 2016, 13, 458; doi:10.3390/ijerph13050458", None),
        ("Borer et al. BMC Evolutionary Biology 2011, 11:310", None),
        ("Talavera and Vila BMC Evolutionary Biology 2011, 11:315", None),
        ("Citation: Molecules 2016, 21, 183", None),
        ("submit your manuscript | www.dovepress.com", None),
    ],
)
def test_a_line_at_the_edge_names_it_unless_it_is_abridged(line: str, name: str | None) -> None:
    assert read_journal(None, [line]) == name

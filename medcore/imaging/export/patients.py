"""One key a patient over a whole export: a study is of one, even where some of its files do not say of whom."""

from collections.abc import Mapping


def shared(said: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """By file, the key of its patient: the same for files that share a patient or a study, also through others.

    Args:
        said: by file, the codes of its patient and of its study (`dicom.same_patient.keys`); "" where it does not say.
    """
    leaders: dict[str, str] = {}

    def leader(code: str) -> str:
        while (above := leaders.setdefault(code, code)) != code:
            code = above
        return code

    for person, study in said.values():
        if person and study:
            ours, theirs = sorted((leader(person), leader(study)))
            leaders[theirs] = ours
    people: dict[str, str] = {}
    for person in sorted({person for person, _ in said.values() if person}):
        people.setdefault(leader(person), person)
    return {
        file: people.get(leader(person or study), person or study) if person or study else ""
        for file, (person, study) in said.items()
    }

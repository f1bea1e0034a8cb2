"""What a test means for a patient, which depends on how common the disease is where the patient comes from."""

from typing import NamedTuple

import numpy as np

from medcore.evaluation.confusion import ratio

PATIENTS = 1000


class Patients(NamedTuple):
    """What becomes of patients, in whole numbers (natural frequencies)."""

    ill_found: int
    ill_missed: int
    well_alarmed: int
    well_cleared: int

    @property
    def ill(self) -> int:
        """How many have the disease."""
        return self.ill_found + self.ill_missed

    @property
    def called(self) -> int:
        """How many are called positive."""
        return self.ill_found + self.well_alarmed


def predictive_values(sensitivity: float, specificity: float, prevalence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positive and negative predictive value at each prevalence, by Bayes' rule; NaN for 0 of 0.

    Args:
        sensitivity: share of the ill that are called positive.
        specificity: share of the well that are called negative.
        prevalence: (p,) share of the ill, 0 to 1.

    Returns:
        (p,) share of those called positive that are ill, (p,) share of those called negative that are well.
    """
    ill, well = np.asarray(prevalence, float), 1 - np.asarray(prevalence, float)
    positive = ratio(sensitivity * ill, sensitivity * ill + (1 - specificity) * well)
    negative = ratio(specificity * well, specificity * well + (1 - sensitivity) * ill)
    return positive, negative


def of_patients(sensitivity: float, specificity: float, prevalence: float, patients: int = PATIENTS) -> Patients:
    """What becomes of so many patients, rounded so that they stay as many.

    Reference:
        Gigerenzer & Hoffrage (1995), doi 10.1037/0033-295X.102.4.684: people reason rightly with such numbers.
    """
    ill = round(prevalence * patients)
    found, cleared = round(sensitivity * ill), round(specificity * (patients - ill))
    return Patients(found, ill - found, patients - ill - cleared, cleared)

"""Readers of the text files of Chinese survey software: 勘测定界 TXT and 南方 CASS."""

from geo.read.survey.cass import CASS, cass_part, is_cass
from geo.read.survey.survey_txt import SURVEY, is_survey_txt, survey_part

__all__ = ["CASS", "SURVEY", "cass_part", "is_cass", "is_survey_txt", "survey_part"]

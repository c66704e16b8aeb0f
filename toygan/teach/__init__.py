"""The parts of a lesson. Lessons import nothing but this module and `toygan` itself."""

from toygan.chart import style as style
from toygan.measure.diagnosis import VERDICTS as VERDICTS
from toygan.measure.diagnosis import diagnose_all as diagnose_all
from toygan.measure.tables import SeedTable as SeedTable
from toygan.teach.answers import read_answers as read_answers
from toygan.teach.answers import read_marks as read_marks
from toygan.teach.answers import save_answers as save_answers
from toygan.teach.clinic import Clinic as Clinic
from toygan.teach.exercise import Exercise as Exercise
from toygan.teach.exercise import Feedback as Feedback
from toygan.teach.exercises import EXERCISES as EXERCISES
from toygan.teach.measured import machine as machine
from toygan.teach.measured import over_seeds as over_seeds
from toygan.teach.operations import count_operations as count_operations
from toygan.teach.own import register as register
from toygan.teach.players import hold_generator as hold_generator
from toygan.teach.players import train_discriminator as train_discriminator
from toygan.teach.prediction import Prediction as Prediction
from toygan.teach.source import LibraryCode as LibraryCode
from toygan.teach.source import show_source as show_source

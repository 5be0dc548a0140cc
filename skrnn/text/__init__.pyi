from .padding import pad_sequences as pad_sequences
from .padding import sequence_lengths as sequence_lengths
from .sentences import split_sentences as split_sentences
from .sequencer import TextSequencer as TextSequencer
from .vocabulary import OOV as OOV
from .vocabulary import PAD as PAD
from .vocabulary import vocabulary_from_keras_index as vocabulary_from_keras_index

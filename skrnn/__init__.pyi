from . import baselines as baselines
from . import comparison as comparison
from . import datasets as datasets
from . import ensemble as ensemble
from . import inspection as inspection
from . import serving as serving
from . import text as text
from .comparison.compare import compare_models as compare_models
from .embeddings import WordVectors as WordVectors
from .estimators.hierarchical import (
    HierarchicalAttentionClassifier as HierarchicalAttentionClassifier,
)
from .estimators.ordinal import RNNOrdinalClassifier as RNNOrdinalClassifier
from .estimators.recurrent import RNNSentimentClassifier as RNNSentimentClassifier
from .estimators.regression import RNNSentimentRegressor as RNNSentimentRegressor
from .inspection import AttentionDisplay as AttentionDisplay
from .inspection import DriftDisplay as DriftDisplay
from .inspection import Explanation as Explanation
from .inspection import LongTermDependencyDisplay as LongTermDependencyDisplay
from .inspection import SequenceLengthDisplay as SequenceLengthDisplay
from .inspection import TrainingHistoryDisplay as TrainingHistoryDisplay
from .inspection import attention_weights as attention_weights
from .inspection import explain as explain
from .inspection import long_term_dependency as long_term_dependency
from .onnx.export import export_onnx as export_onnx
from .persistence.files import load as load
from .persistence.files import save as save
from .pipeline import make_sentiment_pipeline as make_sentiment_pipeline
from .pretrained.files import load_pretrained as load_pretrained
from .recipes import get_recipe as get_recipe
from .recipes import get_recipe_names as get_recipe_names
from .streaming import fit_stream as fit_stream
from .text.sequencer import TextSequencer as TextSequencer

__version__: str

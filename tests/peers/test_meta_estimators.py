"""Every meta-estimator of scikit-learn that takes a classifier, around ours.

Most take raw strings as they are. Those that look into X themselves (to draw columns,
or because they check that it is a table) get rows of ids, which is said beside them.
"""

from __future__ import annotations

import inspect
import pickle
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import RFE, SelectFromModel, SequentialFeatureSelector
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    TunedThresholdClassifierCV,
    cross_val_predict,
    learning_curve,
    permutation_test_score,
    validation_curve,
)
from sklearn.multiclass import (
    OneVsOneClassifier,
    OneVsRestClassifier,
    OutputCodeClassifier,
)
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.pipeline import Pipeline
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.utils.discovery import all_estimators

from skrnn import TextSequencer
from skrnn.baselines import make_baseline
from skrnn.datasets import make_reviews
from tests.helpers import make_rows, small_classifier, small_pipeline

pytestmark = pytest.mark.slow

TEXTS, LABELS = make_reviews(40, random_state=0)
THREE = np.array(["bad", "fair", "good"])[np.arange(40) % 3]
TWO_OUTPUTS = np.column_stack([LABELS, np.arange(40) % 2])
IDS = TextSequencer(maxlen=12).fit_transform(TEXTS)
BAG = ("bag", make_baseline("tfidf"))


def pipe(**params: Any) -> Pipeline:
    return small_pipeline(**params)


@pytest.fixture(scope="module")
def fitted() -> Pipeline:
    return pipe().fit(TEXTS, LABELS)


GRID = {"clf__units": [3, 4]}

# Around a pipeline from raw strings.
ON_TEXTS: dict[str, Callable[[], BaseEstimator]] = {
    "CalibratedClassifierCV": lambda: CalibratedClassifierCV(pipe(), cv=2),
    "FixedThresholdClassifier": lambda: FixedThresholdClassifier(pipe(), threshold=0.4),
    "GridSearchCV": lambda: GridSearchCV(pipe(), GRID, cv=2),
    "HalvingGridSearchCV": lambda: HalvingGridSearchCV(
        pipe(),
        GRID,
        cv=2,
        resource="clf__epochs",
        min_resources=1,
        max_resources=2,
        factor=2,
        random_state=0,
    ),
    "HalvingRandomSearchCV": lambda: HalvingRandomSearchCV(
        pipe(), GRID, cv=2, n_candidates=2, min_resources=20, random_state=0
    ),
    "OneVsRestClassifier": lambda: OneVsRestClassifier(pipe()),
    "OutputCodeClassifier": lambda: OutputCodeClassifier(pipe(), random_state=0),
    "RandomizedSearchCV": lambda: RandomizedSearchCV(
        pipe(), GRID, n_iter=2, cv=2, random_state=0
    ),
    "StackingClassifier": lambda: StackingClassifier([("rnn", pipe()), BAG], cv=2),
    "TunedThresholdClassifierCV": lambda: TunedThresholdClassifierCV(pipe(), cv=2),
    "VotingClassifier": lambda: VotingClassifier([("rnn", pipe()), BAG], voting="soft"),
}

# Around the classifier: they take a table of numbers only.
ON_IDS: dict[str, Callable[[], BaseEstimator]] = {
    "AdaBoostClassifier": lambda: AdaBoostClassifier(
        small_classifier(), n_estimators=2, random_state=0
    ),
    "BaggingClassifier": lambda: BaggingClassifier(
        small_classifier(), n_estimators=2, random_state=0
    ),
    "OneVsOneClassifier": lambda: OneVsOneClassifier(small_classifier()),
}

# With several columns of labels.
ON_OUTPUTS: dict[str, Callable[[], BaseEstimator]] = {
    "ClassifierChain": lambda: ClassifierChain(small_classifier()),
    "MultiOutputClassifier": lambda: MultiOutputClassifier(pipe()),
}

NOT_APPLICABLE = {
    "RFE": "the importance of a position in a text is not one number",
    "RFECV": "as RFE",
    "SelectFromModel": "as RFE",
    "SequentialFeatureSelector": "it leaves positions out; a test shows that it runs",
    "ColumnTransformer": "it takes transformers; tests/peers/test_transform_output.py",
    "FeatureUnion": "as ColumnTransformer",
    "Pipeline": "every test here is one",
    "FrozenEstimator": "it fits nothing; a test of its own",
    "SelfTrainingClassifier": "it wants rows without labels; a test of its own",
}


def test_no_meta_estimator_is_missing_here() -> None:
    """One that a new scikit-learn brings is to be tried."""
    slots = {"estimator", "estimators", "steps", "transformers", "transformer_list"}
    found = {
        name
        for name, kind in all_estimators()
        if slots & set(inspect.signature(kind).parameters)
        and not name.endswith(("Regressor", "RegressorChain"))
    }
    assert found <= {*ON_TEXTS, *ON_IDS, *ON_OUTPUTS, *NOT_APPLICABLE}


def test_the_page_of_the_docs_names_what_is_tested() -> None:
    page = Path(__file__).parents[2] / "docs" / "works_with.md"
    part = page.read_text("utf-8").partition("## Meta-estimators")[2]
    named = set(re.findall(r"`(\w+)`", re.split(r"^## ", part, flags=re.MULTILINE)[0]))
    elsewhere = {"ColumnTransformer", "FeatureUnion", "Pipeline"}
    assert named == {*ON_TEXTS, *ON_IDS, *ON_OUTPUTS, *NOT_APPLICABLE} - elsewhere


def assert_works(model: BaseEstimator, X: Any, y: np.ndarray) -> None:
    """Fit, predict, and the same bits when all is done again or copied."""
    model.fit(X, y)
    labels = model.predict(X)
    np.testing.assert_array_equal(np.unique(y), model.classes_)
    assert set(labels) <= set(model.classes_)
    assert model.score(X, y) == np.mean(labels == y)
    again = clone(model).fit(X, y)
    np.testing.assert_array_equal(again.predict(X), labels)
    copied = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copied.predict(X), labels)
    if hasattr(model, "predict_proba"):
        proba = model.predict_proba(X)
        assert proba.shape == (len(y), len(model.classes_))
        np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-6)
        np.testing.assert_array_equal(again.predict_proba(X), proba)
        np.testing.assert_array_equal(copied.predict_proba(X), proba)


@pytest.mark.parametrize("name", ON_TEXTS)
def test_around_a_pipeline_from_raw_strings(name: str) -> None:
    assert_works(ON_TEXTS[name](), TEXTS, LABELS)


@pytest.mark.parametrize(
    "name",
    sorted(set(ON_TEXTS) - {"FixedThresholdClassifier", "TunedThresholdClassifierCV"}),
)
def test_with_three_classes_of_strings(name: str) -> None:
    """Thresholds are for two classes."""
    model = ON_TEXTS[name]().fit(TEXTS, THREE)
    assert model.classes_.tolist() == ["bad", "fair", "good"]
    assert set(model.predict(TEXTS)) <= set(model.classes_)
    if hasattr(model, "predict_proba"):
        proba = model.predict_proba(TEXTS)
        assert proba.shape == (40, 3)
        np.testing.assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", ON_IDS)
def test_around_a_classifier_of_ids(name: str, n_classes: int) -> None:
    X, _ = make_rows()
    assert_works(ON_IDS[name](), X, X[:, 0] % n_classes)


@pytest.mark.parametrize("name", ON_IDS)
def test_those_that_take_a_table_say_so(name: str) -> None:
    model = ON_IDS[name]().set_params(estimator=pipe())
    with pytest.raises(ValueError, match=r"2D array|convert string to float"):
        model.fit(TEXTS, LABELS)


@pytest.mark.parametrize("name", ON_OUTPUTS)
def test_several_labels_for_each_text(name: str) -> None:
    X = IDS if name == "ClassifierChain" else TEXTS
    model = ON_OUTPUTS[name]().fit(X, TWO_OUTPUTS)
    assert model.predict(X).shape == (40, 2)
    first = model.estimators_[0]
    alone = clone(first).fit(X, LABELS)
    np.testing.assert_array_equal(first.predict_proba(X), alone.predict_proba(X))


def test_one_classifier_takes_several_labels_as_numbers() -> None:
    with pytest.raises(ValueError, match=r"MultiLabelBinarizer|indicator|MultiOutput"):
        pipe().fit(TEXTS, [("a", "b")] * len(TEXTS))
    predicted = pipe().fit(TEXTS, TWO_OUTPUTS).predict(TEXTS)
    assert predicted.shape == np.shape(TWO_OUTPUTS)


# -- What they promise


def test_a_search_fits_what_a_fit_of_its_own_gives() -> None:
    folds = StratifiedKFold(2)
    search = GridSearchCV(pipe(), GRID, cv=folds).fit(TEXTS, LABELS)
    best = pipe().set_params(**search.best_params_).fit(TEXTS, LABELS)
    np.testing.assert_array_equal(
        search.predict_proba(TEXTS), best.predict_proba(TEXTS)
    )
    train, test = next(folds.split(TEXTS, LABELS))
    alone = pipe(units=4).fit(TEXTS[train], LABELS[train])
    expected = alone.score(TEXTS[test], LABELS[test])
    assert search.cv_results_["split0_test_score"][1] == expected


def test_epochs_are_a_resource() -> None:
    search = ON_TEXTS["HalvingGridSearchCV"]().fit(TEXTS, LABELS)
    assert search.n_resources_ == [1, 2]
    assert search.best_estimator_["clf"].epochs == 2


def test_one_against_one_or_the_rest_is_the_classifier_itself(fitted: Pipeline) -> None:
    """With two classes."""
    expected = fitted.predict_proba(TEXTS)
    rest = OneVsRestClassifier(pipe()).fit(TEXTS, LABELS)
    np.testing.assert_array_equal(rest.predict_proba(TEXTS), expected)
    one = OneVsOneClassifier(small_classifier()).fit(IDS, LABELS)
    np.testing.assert_array_equal(one.predict(IDS), fitted.predict(TEXTS))


def test_a_frozen_model_stays_as_it_is(fitted: Pipeline) -> None:
    frozen = FrozenEstimator(fitted).fit(TEXTS[:2], LABELS[:2])
    expected = fitted.predict_proba(TEXTS)
    np.testing.assert_array_equal(frozen.predict_proba(TEXTS), expected)
    np.testing.assert_array_equal(clone(frozen).predict_proba(TEXTS), expected)
    calibrated = CalibratedClassifierCV(FrozenEstimator(fitted)).fit(TEXTS, LABELS)
    np.testing.assert_array_equal(fitted.predict_proba(TEXTS), expected)
    # Platt's scaling keeps the order of two different texts, or turns all of it round.
    order = np.argsort(calibrated.predict_proba(TEXTS)[:, 1], kind="stable")
    ranks = expected[order, 1]
    assert (np.diff(ranks) >= 0).all() or (np.diff(ranks) <= 0).all()


def test_a_threshold_is_one_of_the_probability(fitted: Pipeline) -> None:
    model = FixedThresholdClassifier(FrozenEstimator(fitted), threshold=0.45)
    found = model.fit(TEXTS, LABELS).predict(TEXTS)
    np.testing.assert_array_equal(found, fitted.predict_proba(TEXTS)[:, 1] >= 0.45)


def test_stacking_on_frozen_models(fitted: Pipeline) -> None:
    bag = make_baseline("tfidf").fit(TEXTS, LABELS)
    stack = StackingClassifier([("rnn", fitted), ("bag", bag)], cv="prefit")
    stack.fit(TEXTS, LABELS)
    columns = [model.predict_proba(TEXTS)[:, 1] for model in (fitted, bag)]
    np.testing.assert_array_equal(stack.transform(TEXTS), np.column_stack(columns))


def test_self_training_takes_minus_one_as_no_label() -> None:
    partly = np.where(np.arange(40) % 2, LABELS, -1)
    model = SelfTrainingClassifier(small_classifier(), max_iter=1, threshold=0.5)
    model.fit(IDS, partly)
    assert model.classes_.tolist() == [0, 1]
    taught = model.labeled_iter_ == 1
    assert taught.any()
    assert (partly[taught] == -1).all()
    learned = clone(small_classifier()).fit(
        IDS[model.transduction_ != -1], model.transduction_[model.transduction_ != -1]
    )
    np.testing.assert_array_equal(model.predict_proba(IDS), learned.predict_proba(IDS))


def test_bagging_of_positions_draws_columns() -> None:
    model = BaggingClassifier(
        small_classifier(), n_estimators=2, max_features=0.5, random_state=0
    ).fit(IDS, LABELS)
    assert [each.n_features_in_ for each in model.estimators_] == [6, 6]


@pytest.mark.parametrize("kind", [RFE, SelectFromModel])
def test_a_network_has_no_importance_of_positions(kind: type) -> None:
    with pytest.raises((AttributeError, ValueError), match=r"coef_|importance"):
        kind(small_classifier()).fit(IDS, LABELS).get_support()


def test_positions_may_be_left_out_one_by_one() -> None:
    selector = SequentialFeatureSelector(
        small_classifier(), n_features_to_select=1, cv=2
    )
    assert selector.fit(IDS[:, :3], LABELS).get_support().sum() == 1


# -- Functions of scikit-learn's model selection


def test_predictions_of_folds() -> None:
    proba = cross_val_predict(pipe(), TEXTS, LABELS, cv=2, method="predict_proba")
    train, test = next(StratifiedKFold(2).split(TEXTS, LABELS))
    alone = pipe().fit(TEXTS[train], LABELS[train])
    np.testing.assert_array_equal(proba[test], alone.predict_proba(TEXTS[test]))


def test_curves() -> None:
    _, scores = validation_curve(
        pipe(), TEXTS, LABELS, param_name="clf__epochs", param_range=[1, 2], cv=2
    )[:2]
    assert scores.shape == (2, 2)
    sizes, *_ = learning_curve(
        pipe(), TEXTS, LABELS, train_sizes=[10, 20], cv=2, shuffle=True, random_state=0
    )
    assert sizes.tolist() == [10, 20]
    score, permuted, _ = permutation_test_score(
        pipe(), TEXTS, LABELS, cv=2, n_permutations=2, random_state=0
    )
    assert permuted.shape == (2,)
    assert 0 <= score <= 1


# -- Other libraries

# "film" and an empty text say nothing.
PRAISE = ["good film", "bad film", "good", "bad", "film", "film"] * 8
VERDICTS = np.array([1, 0, 1, 0, 1, 0] * 8)


@pytest.fixture(scope="module")
def praise() -> Pipeline:
    model = pipe(
        maxlen=2, units=8, epochs=20, learning_rate=0.02, spatial_dropout=0, dropout=0
    )
    return model.fit(PRAISE, VERDICTS)


def test_imbalanced_learn_draws_rows_of_a_text_pipeline() -> None:
    imblearn = pytest.importorskip("imblearn")
    from imblearn.over_sampling import RandomOverSampler
    from imblearn.pipeline import make_pipeline
    from imblearn.under_sampling import RandomUnderSampler

    few = np.r_[np.flatnonzero(LABELS == 0), np.flatnonzero(LABELS == 1)[:5]]
    texts, labels = np.asarray(TEXTS, dtype=object)[few], LABELS[few]
    for sampler in (
        RandomOverSampler(random_state=0),
        RandomUnderSampler(random_state=0),
    ):
        # Its samplers take a table; rows of ids are one.
        model = make_pipeline(TextSequencer(maxlen=12), sampler, small_classifier())
        model.fit(texts, labels)
        ids = TextSequencer(maxlen=12).fit_transform(texts)
        drawn, of_them = sampler.fit_resample(ids, labels)
        assert len(set(np.bincount(of_them))) == 1
        alone = small_classifier().fit(drawn, of_them)
        np.testing.assert_array_equal(
            model.predict_proba(texts), alone.predict_proba(ids)
        )
    assert imblearn.__version__


def test_lime_explains_a_pipeline(praise: Pipeline) -> None:
    lime_text = pytest.importorskip(
        "lime.lime_text", reason="lime comes with nox -s peers"
    )
    explainer = lime_text.LimeTextExplainer(class_names=["bad", "good"], random_state=0)
    found = explainer.explain_instance(
        "good film", praise.predict_proba, num_features=2, num_samples=100
    )
    weights = dict(found.as_list())
    assert weights["good"] > abs(weights["film"])


def test_shap_explains_a_pipeline(praise: Pipeline) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shap = pytest.importorskip("shap", reason="shap comes with nox -s peers")

    def proba(texts: Any) -> np.ndarray:
        return praise.predict_proba(list(texts))

    explainer = shap.Explainer(proba, shap.maskers.Text(r"\W+"), seed=0)
    found = explainer(["good film"])[:, :, 1]
    # Shapley values share out the difference to the text without its words.
    total = found.values[0].sum() + found.base_values[0]
    assert total == pytest.approx(proba(["good film"])[0, 1], abs=1e-6)
    assert found.values[0].argmax() == 0


def test_optuna_searches_a_pipeline() -> None:
    optuna = pytest.importorskip("optuna", reason="optuna comes with nox -s peers")
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial: Any) -> float:
        model = pipe(
            units=trial.suggest_int("units", 3, 4),
            optimizer__learning_rate=trial.suggest_float("rate", 1e-3, 1e-1, log=True),
        )
        return model.fit(TEXTS[:30], LABELS[:30]).score(TEXTS[30:], LABELS[30:])

    sampler = optuna.samplers.TPESampler(seed=0)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.optimize(objective, n_trials=3)
    best = study.best_params
    again = pipe(units=best["units"], optimizer__learning_rate=best["rate"])
    again.fit(TEXTS[:30], LABELS[:30])
    assert study.best_value == again.score(TEXTS[30:], LABELS[30:])


def test_optuna_prunes_between_epochs() -> None:
    """By a callback of Keras; its own is in ``optuna-integration``."""
    optuna = pytest.importorskip("optuna", reason="optuna comes with nox -s peers")
    import keras

    class Prune(keras.callbacks.Callback):
        def __init__(self, trial: Any) -> None:
            super().__init__()
            self.trial = trial

        def on_epoch_end(self, epoch, logs=None) -> None:
            self.trial.report(logs["val_accuracy"], step=epoch)
            if self.trial.should_prune():
                raise optuna.TrialPruned

    def objective(trial: Any) -> float:
        model = pipe(epochs=3, validation_split=0.2, callbacks=[Prune(trial)])
        return model.fit(TEXTS, LABELS)["clf"].history_["val_accuracy"][-1]

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    pruner = optuna.pruners.ThresholdPruner(lower=1.1)
    study = optuna.create_study(direction="maximize", pruner=pruner)
    study.optimize(objective, n_trials=1)
    trial = study.trials[0]
    assert trial.state is optuna.trial.TrialState.PRUNED
    assert list(trial.intermediate_values) == [0]


def test_cleanlab_finds_turned_labels() -> None:
    classification = pytest.importorskip(
        "cleanlab.classification", reason="cleanlab comes with nox -s peers"
    )
    texts = np.array(["good film", "bad film", "good plot", "bad plot"] * 10)
    labels = np.array([1, 0, 1, 0] * 10)
    labels[[0, 5]] = 1 - labels[[0, 5]]
    model = pipe(epochs=20, learning_rate=0.02, maxlen=4)
    cleaner = classification.CleanLearning(model, cv_n_folds=2, seed=0)
    issues = cleaner.find_label_issues(texts, labels)
    assert np.flatnonzero(issues["is_label_issue"]).tolist() == [0, 5]
    cleaner.fit(texts, labels, label_issues=issues)
    assert cleaner.predict(["good film", "bad film"]).tolist() == [1, 0]


def test_mapie_covers_the_right_class() -> None:
    mapie = pytest.importorskip(
        "mapie.classification", reason="mapie comes with nox -s peers"
    )
    texts = np.array(["good film", "bad film", "good plot", "bad plot"] * 10, object)
    labels = np.array(["pos", "neg", "pos", "neg"] * 10)
    model = pipe(epochs=20, learning_rate=0.02, maxlen=4).fit(texts, labels)
    sets = mapie.SplitConformalClassifier(model, confidence_level=0.9, prefit=True)
    sets.conformalize(texts, labels)
    predicted, members = sets.predict_set(texts)
    assert predicted.tolist() == labels.tolist()
    right = np.searchsorted(model.classes_, labels)
    assert members[np.arange(40), right, 0].mean() >= 0.9

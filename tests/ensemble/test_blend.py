from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy import sparse
from scipy.special import expit, logit, softmax
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_score,
    train_test_split,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags

import skrnn
from skrnn import make_sentiment_pipeline
from skrnn.baselines import make_baseline
from skrnn.datasets import make_reviews
from skrnn.ensemble import BlendedClassifier
from skrnn.serving import SentimentPredictor

REVIEWS, LABELS = make_reviews(300, reach=1, random_state=0)
BAGS = [
    ("nb", make_pipeline(CountVectorizer(), MultinomialNB())),
    ("pairs", make_pipeline(CountVectorizer(ngram_range=(2, 2)), LogisticRegression())),
]


def test_it_is_stacking_with_one_split() -> None:
    y = np.asarray(LABELS)
    blend = BlendedClassifier(BAGS, validation_split=0.2, random_state=3)
    blend.fit(REVIEWS, y)
    seed = np.random.RandomState(3).randint(2**31 - 1)
    train, held_out = train_test_split(
        np.arange(len(y)), test_size=0.2, stratify=y, random_state=seed
    )
    odds, new = [], []
    for _, estimator in BAGS:
        model = clone(estimator).fit([REVIEWS[i] for i in train], y[train])
        for rows, columns in ((held_out, odds), (np.arange(20), new)):
            proba = model.predict_proba([REVIEWS[i] for i in rows])[:, 1]
            proba = np.clip(proba, 1e-6, 1 - 1e-6)
            columns.append(np.log(proba / (1 - proba)))
    final = LogisticRegression(max_iter=1000).fit(np.transpose(odds), y[held_out])
    np.testing.assert_allclose(
        blend.predict_proba(REVIEWS[:20]), final.predict_proba(np.transpose(new))
    )


def test_the_useful_classifier_gets_the_weight() -> None:
    """Pairs tell a negated word from another; single words tell nothing."""
    texts = ["so good", "not bad", "not good", "so bad"] * 50
    blend = BlendedClassifier(BAGS, random_state=0).fit(texts, [1, 1, 0, 0] * 50)
    assert blend.score(texts[:4], [1, 1, 0, 0]) == 1.0
    weight = np.abs(blend.final_estimator_.coef_[0])
    assert weight[1] > weight[0]
    assert set(blend.named_estimators_) == {"nb", "pairs"}


def test_refit_learns_from_all_rows() -> None:
    counts = []
    for refit in (False, True):
        blend = BlendedClassifier(BAGS[:1], refit=refit, random_state=0)
        blend.fit(REVIEWS, LABELS)
        counts.append(blend.estimators_[0][-1].class_count_.sum())
    assert counts == [270, 300]


def test_equal_weights_are_a_geometric_mean() -> None:
    texts, y = [*REVIEWS, "neither"], np.array([*LABELS, 2])
    blend = BlendedClassifier(BAGS, weights="equal").fit(texts, y)
    each = [clone(model).fit(texts, y).predict_proba(texts) for _, model in BAGS]
    mean = np.sqrt(np.prod(np.clip(each, 1e-6, 1 - 1e-6), axis=0))
    np.testing.assert_allclose(
        blend.predict_proba(texts), mean / mean.sum(axis=1, keepdims=True)
    )
    assert blend.final_estimator_ is None


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
def test_files_with_the_former_name_load_as_stacked() -> None:
    data = Path(__file__).parents[1] / "persistence" / "data"
    assert skrnn.load(data / "blend_learned_0.1.skrnn").weights == "stacked"


def test_the_former_name_of_stacked_weights_warns() -> None:
    blend = BlendedClassifier(BAGS, weights="learnt", random_state=0)
    with pytest.warns(FutureWarning, match="Use weights='stacked'"):
        blend.fit(REVIEWS, LABELS)
    stacked = BlendedClassifier(BAGS, random_state=0).fit(REVIEWS, LABELS)
    np.testing.assert_array_equal(
        blend.predict_proba(REVIEWS), stacked.predict_proba(REVIEWS)
    )


@pytest.mark.parametrize("n_classes", [2, 3])
def test_intercepts_give_each_class_its_frequency_out_of_fold(n_classes: int) -> None:
    y = np.random.default_rng(0).integers(n_classes + 1, size=300) % n_classes
    weight = np.linspace(0.5, 2, len(y))
    blend = BlendedClassifier(BAGS, weights="equal", fit_intercept=True).fit(
        REVIEWS, y, sample_weight=weight
    )
    folds = StratifiedKFold(5)
    texts, final = np.asarray(REVIEWS), blend.final_estimator_
    proba = np.empty((len(y), n_classes))
    for train, held_out in folds.split(y, y):
        odds = 0
        for _, bag in BAGS:
            name = f"{bag.steps[-1][0]}__sample_weight"
            model = clone(bag).fit(texts[train], y[train], **{name: weight[train]})
            each = np.clip(model.predict_proba(texts[held_out]), 1e-6, 1 - 1e-6)
            odds = odds + logit(each) / len(BAGS)
        if n_classes == 2:
            positive = expit(odds[:, 1] + final.intercept_)
            proba[held_out] = np.transpose([1 - positive, positive])
        else:
            proba[held_out] = softmax(odds + final.intercept_, axis=1)
    frequency = np.average(y[:, None] == np.arange(n_classes), axis=0, weights=weight)
    mean = np.average(proba, axis=0, weights=weight)
    np.testing.assert_allclose(mean, frequency, atol=1e-5)
    assert np.abs(final.intercept_).max() > 0.001
    assert final.coef_.sum(axis=1) == pytest.approx(np.ones(len(final.coef_)))


def test_without_two_rows_of_a_class_there_is_no_intercept() -> None:
    y = ["a", *["b"] * 299]
    blend = BlendedClassifier(BAGS, weights="equal", fit_intercept=True).fit(REVIEWS, y)
    assert blend.final_estimator_ is None


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_blend_with_intercepts_is_saved_and_exported(
    n_classes: int, tmp_path: Path
) -> None:
    y = np.arange(300) % n_classes
    members = [(name, make_baseline(name)) for name in ("tfidf", "nbsvm")]
    blend = BlendedClassifier(members, weights="equal", fit_intercept=True).fit(
        REVIEWS, y
    )
    expected = blend.predict_proba(REVIEWS[:20])
    skrnn.save(blend, tmp_path / "blend.skrnn")
    loaded = skrnn.load(tmp_path / "blend.skrnn")
    np.testing.assert_array_equal(loaded.predict_proba(REVIEWS[:20]), expected)
    skrnn.export_onnx(blend, tmp_path / "blend.onnx")
    served = SentimentPredictor(tmp_path / "blend.onnx").predict_proba(REVIEWS[:20])
    np.testing.assert_allclose(served, expected, atol=1e-5)


@pytest.mark.parametrize("weights", ["stacked", "equal"])
def test_three_classes_and_strings(weights: str) -> None:
    texts = ["good so", "bad so", "dull so"] * 20
    labels = ["p", "n", "d"] * 20
    blend = BlendedClassifier(
        BAGS, weights=weights, validation_split=0.3, random_state=0
    )
    assert blend.fit(texts, labels).predict(["good", "dull"]).tolist() == ["p", "d"]
    np.testing.assert_allclose(blend.predict_proba(texts).sum(axis=1), 1.0)


def test_unlabeled_rows_go_to_those_who_use_them() -> None:
    network = make_sentiment_pipeline(
        maxlen=20, units=2, epochs=1, teacher=BAGS[0][1], random_state=0
    )
    y = np.array(LABELS)
    y[100:] = -1
    blend = BlendedClassifier([("net", network), *BAGS], random_state=0)
    blend.fit(REVIEWS, y)
    assert blend.classes_.tolist() == [0, 1]
    assert blend.named_estimators_["nb"][-1].class_count_.sum() == 90
    assert len(blend.named_estimators_["net"].transduction_) == 290


def test_frozen_classifiers_that_used_unlabeled_rows() -> None:
    labels = np.array(LABELS)
    labels[60:] = -1
    bag = BAGS[0][1]
    taught = make_sentiment_pipeline(
        maxlen=20, units=2, epochs=1, teacher=bag, random_state=0
    )
    parts = [
        ("network", FrozenEstimator(taught.fit(REVIEWS, labels))),
        ("bag", FrozenEstimator(clone(bag).fit(REVIEWS[:60], labels[:60]))),
    ]
    blend = BlendedClassifier(parts, weights="equal").fit(REVIEWS, labels)
    assert blend.classes_.tolist() == [0, 1]
    assert set(blend.predict(REVIEWS)) <= {0, 1}


TOPICS = np.array([["cable" in r, "stand" in r, "month" in r] for r in REVIEWS]) * 1
NETWORK = make_sentiment_pipeline(None, maxlen=30, units=4, epochs=2, random_state=0)
BY_LABEL = [
    ("words", make_pipeline(CountVectorizer(), OneVsRestClassifier(MultinomialNB()))),
    ("network", NETWORK),
]


@pytest.mark.parametrize("make", [np.array, sparse.csr_matrix])
def test_equal_weights_of_several_labels_are_mean_log_odds(make) -> None:
    blend = BlendedClassifier(BY_LABEL, weights="equal").fit(REVIEWS, make(TOPICS))
    each = [
        clone(model).fit(REVIEWS, TOPICS).predict_proba(REVIEWS)
        for _, model in BY_LABEL
    ]
    each = np.clip(each, 1e-6, 1 - 1e-6)
    odds = np.prod(each / (1 - each), axis=0) ** 0.5
    proba = blend.predict_proba(REVIEWS)
    np.testing.assert_allclose(proba, odds / (1 + odds), rtol=1e-5)
    np.testing.assert_array_equal(blend.predict(REVIEWS), proba > 0.5)
    assert blend.classes_.tolist() == [0, 1, 2]
    assert (
        blend.score(REVIEWS, TOPICS)
        == (blend.predict(REVIEWS) == TOPICS).all(axis=1).mean()
    )


def test_stacked_log_odds_of_several_labels_share_their_coefficients() -> None:
    """Words tell the labels; a tree of depth 0 knows only how frequent each is."""
    members = [
        BY_LABEL[0],
        (
            "constant",
            make_pipeline(
                CountVectorizer(),
                OneVsRestClassifier(DecisionTreeClassifier(min_samples_split=1.0)),
            ),
        ),
    ]
    blend = BlendedClassifier(members, random_state=0).fit(REVIEWS, TOPICS)
    assert blend.final_estimator_.coef_.shape == (1, 2)
    train, held_out = train_test_split(
        np.arange(300),
        test_size=0.1,
        random_state=np.random.RandomState(0).randint(2**31 - 1),
    )
    words = clone(members[0][1]).fit([REVIEWS[i] for i in train], TOPICS[train])
    each = [
        np.clip(model.predict_proba(REVIEWS), 1e-6, 1 - 1e-6)
        for model in (words, blend.estimators_[1])
    ]
    odds = np.log(each) - np.log1p(-np.array(each))
    final = LogisticRegression(max_iter=1000).fit(
        odds[:, held_out].reshape(2, -1).T, TOPICS[held_out].ravel()
    )
    expected = final.predict_proba(odds.reshape(2, -1).T)[:, 1].reshape(300, 3)
    np.testing.assert_allclose(blend.predict_proba(REVIEWS), expected, rtol=1e-6)


def test_a_blend_of_several_labels_is_saved_and_explained(tmp_path: Path) -> None:
    members = [("network", NETWORK), ("other", clone(NETWORK).set_params(clf__units=3))]
    assert get_tags(BlendedClassifier(members)).classifier_tags.multi_label
    assert not get_tags(BlendedClassifier(BAGS)).classifier_tags.multi_label
    blend = BlendedClassifier(members, random_state=0)
    blend.fit(REVIEWS, TOPICS, sample_weight=np.r_[np.ones(200), np.zeros(100)])
    skrnn.save(blend, tmp_path / "labels.skrnn")
    loaded = skrnn.load(tmp_path / "labels.skrnn")
    np.testing.assert_allclose(
        loaded.predict_proba(REVIEWS), blend.predict_proba(REVIEWS)
    )
    assert loaded.predict(REVIEWS).shape == (300, 3)
    explanation = skrnn.explain(loaded, REVIEWS[0], target=1)
    assert explanation.value == pytest.approx(loaded.predict_proba(REVIEWS[:1])[0, 1])


@pytest.mark.parametrize(
    ("last", "y", "message"),
    [
        (LogisticRegression(), TOPICS, "y should be a 1d array"),
        (DecisionTreeClassifier(), TOPICS, r"tree has the classes \[array"),
        (OneVsRestClassifier(MultinomialNB()), TOPICS + 1, "indicator matrix of zeros"),
    ],
)
def test_members_and_labels_that_do_not_fit_several_labels(last, y, message) -> None:
    blend = BlendedClassifier([("tree", make_pipeline(CountVectorizer(), last))])
    with pytest.raises(ValueError, match=message):
        blend.fit(REVIEWS, y)
    with pytest.raises(ValueError, match=r"one label per text|indicator matrix"):
        blend.set_params(weights="equal", fit_intercept=True).fit(REVIEWS, y)


def test_other_classes_cannot_be_blended() -> None:
    words = ["pos" if y else "neg" for y in LABELS]
    frozen = FrozenEstimator(clone(BAGS[0][1]).fit(REVIEWS, words))
    with pytest.raises(ValueError, match=r"bag has the classes \['neg', 'pos'\]"):
        BlendedClassifier([("bag", frozen)], weights="equal").fit(REVIEWS, LABELS)


def test_it_is_a_scikit_learn_estimator() -> None:
    blend = clone(BlendedClassifier(BAGS, random_state=0))
    assert "nb__multinomialnb__alpha" in blend.get_params()
    blend.set_params(nb__multinomialnb__alpha=0.5, validation_split=0.2)
    assert clone(blend).estimators[0][1][-1].alpha == 0.5
    assert cross_val_score(blend, REVIEWS, LABELS, cv=2).shape == (2,)


def test_a_search_sets_what_its_members_have() -> None:
    network = make_sentiment_pipeline(maxlen=20, units=2, epochs=1, random_state=0)
    blend = BlendedClassifier([("net", network), *BAGS], random_state=0)
    grid = {
        "net__clf__units": [3],
        "nb__multinomialnb__alpha": [0.5],
        "pairs": ["drop"],
    }
    best = GridSearchCV(blend, grid, cv=2).fit(REVIEWS, LABELS).best_estimator_
    assert best.named_estimators_["net"]["clf"].units == 3
    assert best.named_estimators_["nb"][-1].alpha == 0.5
    assert best.named_estimators_["pairs"] == "drop"


def test_a_mistyped_name_is_answered_with_the_right_one() -> None:
    blend = BlendedClassifier(BAGS)
    with pytest.raises(ValueError, match="Did you mean 'refit'"):
        blend.set_params(refitt=True)
    with pytest.raises(ValueError, match="Invalid parameter 'alfa'"):
        blend.set_params(nb__multinomialnb__alfa=0.5)
    with pytest.raises(ValueError, match="no parameter 'nobody__alpha'"):
        blend.set_params(nobody__alpha=0.5)


@pytest.mark.parametrize("weights", ["stacked", "equal"])
def test_a_dropped_member_is_as_if_it_never_was(weights: str) -> None:
    params = {"weights": weights, "random_state": 0}
    blend = BlendedClassifier(BAGS, **params).set_params(pairs="drop")
    blend.fit(REVIEWS, LABELS)
    without = BlendedClassifier(BAGS[:1], **params).fit(REVIEWS, LABELS)
    np.testing.assert_array_equal(
        blend.predict_proba(REVIEWS), without.predict_proba(REVIEWS)
    )
    assert len(blend.estimators_) == 1
    assert blend.named_estimators_["pairs"] == "drop"
    assert blend.named_estimators_.nb is blend.estimators_[0]
    with pytest.raises(ValueError, match="All estimators are dropped"):
        blend.set_params(nb="drop").fit(REVIEWS, LABELS)


COUNTS = CountVectorizer().fit_transform(REVIEWS)
LINEAR = [("nb", MultinomialNB()), ("lr", LogisticRegression())]


@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.coo_array], ids=str)
@pytest.mark.parametrize("weights", ["stacked", "equal"])
def test_sparse_rows_are_as_good_as_dense_ones(weights: str, make) -> None:
    dense, blend = (
        BlendedClassifier(LINEAR, weights=weights, random_state=0).fit(X, LABELS)
        for X in (COUNTS.toarray(), make(COUNTS))
    )
    np.testing.assert_allclose(
        blend.predict_proba(COUNTS), dense.predict_proba(COUNTS.toarray()), rtol=1e-4
    )
    assert blend.n_features_in_ == COUNTS.shape[1]
    assert not hasattr(blend, "feature_names_in_")
    assert blend.__sklearn_tags__().input_tags.sparse


def test_names_of_columns_are_known_and_checked() -> None:
    X = pd.DataFrame(COUNTS.toarray()[:, :2], columns=["one", "two"])
    blend = BlendedClassifier(LINEAR, random_state=0)
    assert not hasattr(blend, "n_features_in_")
    blend.fit(X, LABELS)
    assert blend.feature_names_in_.tolist() == ["one", "two"]
    assert blend.n_features_in_ == 2
    with pytest.raises(ValueError, match="feature names should match"):
        blend.predict(X.rename(columns={"two": "three"}))


def test_rows_without_weight_are_as_if_they_were_not_there() -> None:
    """Pipelines get the weights for their last step."""
    weight = np.repeat([1.0, 0.0], 150)
    blend = BlendedClassifier(BAGS[:1], weights="equal")
    blend.fit(REVIEWS, LABELS, sample_weight=weight)
    assert blend.estimators_[0][-1].class_count_.sum() == 150
    half = MultinomialNB().fit(COUNTS[:150], LABELS[:150])
    np.testing.assert_allclose(
        blend.predict_proba(REVIEWS), half.predict_proba(COUNTS), atol=1e-6
    )


def test_weights_of_rows_weigh_the_held_out_rows_too() -> None:
    """Each member is right on one half of the rows."""
    X, y = np.tile(np.eye(4), (25, 1)), np.tile([0, 0, 1, 1], 25)
    first = LogisticRegression().fit(X, y)
    second = LogisticRegression().fit(X, np.tile([0, 1, 0, 1], 25))
    members = [("first", FrozenEstimator(first)), ("second", FrozenEstimator(second))]
    y = np.concatenate([y, np.tile([0, 1, 0, 1], 25)])
    for weight in (1000.0, 0.001):
        blend = BlendedClassifier(members, validation_split=0.5, random_state=0)
        rows = np.repeat([weight, 1.0], 100)
        blend.fit(np.vstack([X, X]), y, sample_weight=rows)
        first, second = blend.final_estimator_.coef_[0]
        assert (first > 2 * abs(second)) if weight > 1 else (second > 2 * abs(first))


def test_metadata_routing_asks_each_member() -> None:
    weight = np.repeat([1.0, 0.0], 150)
    with sklearn.config_context(enable_metadata_routing=True):
        asks = MultinomialNB().set_fit_request(sample_weight=True)
        refuses = MultinomialNB().set_fit_request(sample_weight=False)
        members = [
            ("asks", make_pipeline(CountVectorizer(), asks)),
            ("refuses", make_pipeline(CountVectorizer(), refuses)),
        ]
        blend = BlendedClassifier(members, weights="equal")
        blend.fit(REVIEWS, LABELS, sample_weight=weight)
        counts = [each[-1].class_count_.sum() for each in blend.estimators_]
        assert counts == [150, 300]
        with pytest.raises(TypeError, match="unexpected argument"):
            blend.fit(REVIEWS, LABELS, other=weight)
    with pytest.raises(ValueError, match="enable_metadata_routing=True"):
        blend.fit(REVIEWS, LABELS, other=weight)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"estimators": []}, "empty"),
        ({"estimators": [BAGS[0], BAGS[0]]}, "not unique"),
        ({"validation_split": 0.0}, "validation_split"),
        ({"weights": "best"}, "weights"),
    ],
    ids=str,
)
def test_bad_parameters(changes: dict, message: str) -> None:
    params = {"estimators": BAGS, **changes}
    with pytest.raises(ValueError, match=message):
        BlendedClassifier(**params).fit(REVIEWS, LABELS)


def test_lengths_must_agree() -> None:
    with pytest.raises(
        ValueError, match=r"inconsistent numbers of samples: \[300, 10\]"
    ):
        BlendedClassifier(BAGS).fit(REVIEWS, LABELS[:10])

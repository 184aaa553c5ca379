"""The two versions of the model, with everything that makes their training repeatable."""

from __future__ import annotations

from collections.abc import Callable

from sklearn.base import ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from demo.data.columns import COLUMNS

SEED = 2015


def gradient_boosting() -> ClassifierMixin:
    return GradientBoostingClassifier(
        n_estimators=150, max_depth=4, learning_rate=0.1, subsample=0.8, random_state=SEED
    )


def neural_network() -> ClassifierMixin:
    """A small multilayer perceptron on scaled age and one-hot codes."""
    numeric = [place for place, column in enumerate(COLUMNS) if column.kind == "numeric"]
    codes = [place for place, column in enumerate(COLUMNS) if column.kind == "categorical"]
    encoding = ColumnTransformer(
        [
            ("scaled", StandardScaler(), numeric),
            ("one-hot", OneHotEncoder(handle_unknown="ignore", sparse_output=False), codes),
        ]
    )
    network = MLPClassifier(
        hidden_layer_sizes=(32, 16),
        alpha=0.001,
        early_stopping=True,
        max_iter=60,
        random_state=SEED,
    )
    return Pipeline([("encoding", encoding), ("network", network)])


ESTIMATORS: dict[int, Callable[[], ClassifierMixin]] = {1: gradient_boosting, 2: neural_network}


def described(estimator: ClassifierMixin) -> dict[str, str]:
    """Class and parameters as text; for a pipeline those of its last step."""
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    kind = type(last)
    parameters = {
        name: str(value)
        for name, value in sorted(last.get_params().items())
        if value != "deprecated"
    }
    return {"estimator": f"{kind.__module__.split('.')[0]}.{kind.__name__}"} | parameters

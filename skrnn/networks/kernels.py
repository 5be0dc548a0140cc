"""Recurrences for a CPU, faster than a general loop over Keras cells.

TensorFlow's loop runs a dozen small operations a step, and differentiating it keeps and
adds up every step's share of the weight gradient. Here a step is one fused operation
where TensorFlow has one, and the gradient is written out: the loop back finds what each
step passes on, and one product over all steps gives the gradient of the weights.

All functions take time first: inputs (time, batch, features), float32, from a zero
state; they give the states, (time, batch, units), and can be differentiated once.
Weights are laid out as in Keras.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

# Above this many units TensorFlow's fused operations lose to its ordinary products:
# measured on two cores for batches of 128 rows (examples/benchmarks/layers.py).
MOST_UNITS_FUSED = 40


def simple_rnn(
    inputs: tf.Tensor, kernel: tf.Tensor, recurrent_kernel: tf.Tensor, bias: tf.Tensor
) -> tf.Tensor:
    """Run ``h = tanh(x @ kernel + h @ recurrent_kernel + bias)``.

    Parameters
    ----------
    inputs : tensor of shape (time, batch, features)
        The inputs.
    kernel, recurrent_kernel, bias : tensors
        The weights of :class:`keras.layers.SimpleRNN`.

    Returns
    -------
    states : tensor of shape (time, batch, units)
        The states after each step.
    """
    return _tanh_recurrence(_project(inputs, kernel, bias), recurrent_kernel)


def lstm(
    inputs: tf.Tensor, kernel: tf.Tensor, recurrent_kernel: tf.Tensor, bias: tf.Tensor
) -> tf.Tensor:
    """Run an LSTM in one fused operation.

    Parameters
    ----------
    inputs : tensor of shape (time, batch, features)
        The inputs.
    kernel, recurrent_kernel, bias : tensors
        The weights of :class:`keras.layers.LSTM`.

    Returns
    -------
    states : tensor of shape (time, batch, units)
        The states after each step.
    """
    units = recurrent_kernel.shape[0]
    no_peephole = tf.zeros([units])
    zero = tf.zeros([tf.shape(inputs)[1], units])
    weights = tf.concat([kernel, recurrent_kernel], axis=0)
    # Not BlockLSTMV2: TensorFlow registers this one's gradient for it, in whose order
    # of the gates it is wrong.
    return tf.raw_ops.BlockLSTM(
        seq_len_max=tf.shape(inputs, out_type=tf.int64)[0],
        x=inputs,
        cs_prev=zero,
        h_prev=zero,
        w=_input_cell_forget_output(weights),
        wci=no_peephole,
        wcf=no_peephole,
        wco=no_peephole,
        b=_input_cell_forget_output(bias),
        forget_bias=0.0,
        cell_clip=-1.0,  # none
        use_peephole=False,
    ).h


def gru(
    inputs: tf.Tensor, kernel: tf.Tensor, recurrent_kernel: tf.Tensor, bias: tf.Tensor
) -> tf.Tensor:
    """Run a GRU whose reset gate acts before the product (``reset_after=False``).

    Parameters
    ----------
    inputs : tensor of shape (time, batch, features)
        The inputs.
    kernel, recurrent_kernel, bias : tensors
        The weights of :class:`keras.layers.GRU`.

    Returns
    -------
    states : tensor of shape (time, batch, units)
        The states after each step.
    """
    units = recurrent_kernel.shape[0]
    if units > MOST_UNITS_FUSED:
        return _gated_recurrence(_project(inputs, kernel, bias), recurrent_kernel)
    update, reset, candidate = tf.split(
        tf.concat([kernel, recurrent_kernel], axis=0), 3, axis=1
    )
    bias_update, bias_reset, bias_candidate = tf.split(bias, 3)
    return _fused_gated_recurrence(
        inputs,
        tf.concat([reset, update], axis=1),
        candidate,
        tf.concat([bias_reset, bias_update], axis=0),
        bias_candidate,
    )


def _project(inputs: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """Multiply the inputs of all steps at once."""
    flat = tf.matmul(_flat(inputs), kernel) + bias
    shape = tf.shape(inputs)
    return tf.reshape(flat, [shape[0], shape[1], kernel.shape[1]])


def _flat(steps: tf.Tensor) -> tf.Tensor:
    return tf.reshape(steps, [-1, steps.shape[-1]])


def _input_cell_forget_output(weights: tf.Tensor) -> tf.Tensor:
    """Reorder gates from Keras' order (input, forget, cell, output)."""
    i, f, c, o = tf.split(weights, 4, axis=-1)
    return tf.concat([i, c, f, o], axis=-1)


def _before(states: tf.Tensor) -> tf.Tensor:
    """Return the state before each step."""
    return tf.concat([tf.zeros_like(states[:1]), states[:-1]], axis=0)


def _record(n_steps: tf.Tensor, width: int) -> tf.TensorArray:
    return tf.TensorArray(tf.float32, n_steps, element_shape=[None, width])


def _loop(
    n_steps: tf.Tensor, body: Callable[..., tuple[Any, ...]], *state: Any
) -> tuple[Any, ...]:
    """Call ``body(step, *state)`` for each step; return the last state."""
    outcome = tf.while_loop(
        lambda step, *_: step < n_steps,
        lambda step, *state: (step + 1, *body(step, *state)),
        (tf.constant(0), *state),
        parallel_iterations=1,  # each step needs the one before
    )
    return tuple(outcome[1:])


@tf.custom_gradient
def _tanh_recurrence(
    projected: tf.Tensor, recurrent: tf.Tensor
) -> tuple[tf.Tensor, Callable[..., Any]]:
    n_steps, units = tf.shape(projected)[0], recurrent.shape[0]
    zero = tf.zeros([tf.shape(projected)[1], units])

    def forward(step: tf.Tensor, state: tf.Tensor, record: Any) -> tuple[Any, ...]:
        state = tf.tanh(projected[step] + tf.matmul(state, recurrent))
        return state, record.write(step, state)

    states = _loop(n_steps, forward, zero, _record(n_steps, units))[1].stack()

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        slopes = 1.0 - states * states

        def back(count: tf.Tensor, inner: tf.Tensor, record: Any) -> tuple[Any, ...]:
            step = n_steps - 1 - count
            passed_on = tf.matmul(inner, recurrent, transpose_b=True)
            inner = (upstream[step] + passed_on) * slopes[step]
            return inner, record.write(step, inner)

        inner = _loop(n_steps, back, zero, _record(n_steps, units))[1].stack()
        before = _flat(_before(states))
        return inner, tf.matmul(before, _flat(inner), transpose_a=True)

    return states, gradient


@tf.custom_gradient
def _gated_recurrence(
    projected: tf.Tensor, recurrent: tf.Tensor
) -> tuple[tf.Tensor, Callable[..., Any]]:
    n_steps, units = tf.shape(projected)[0], recurrent.shape[0]
    of_gates, of_candidate = recurrent[:, : 2 * units], recurrent[:, 2 * units :]
    zero = tf.zeros([tf.shape(projected)[1], units])

    def forward(
        step: tf.Tensor, state: tf.Tensor, record: Any, gate_record: Any
    ) -> tuple[Any, ...]:
        given = projected[step]
        gates = tf.sigmoid(given[:, : 2 * units] + tf.matmul(state, of_gates))
        update, reset = gates[:, :units], gates[:, units:]
        candidate = tf.tanh(
            given[:, 2 * units :] + tf.matmul(reset * state, of_candidate)
        )
        state = candidate + update * (state - candidate)
        gate_record = gate_record.write(step, tf.concat([gates, candidate], axis=1))
        return state, record.write(step, state), gate_record

    _, record, gate_record = _loop(
        n_steps, forward, zero, _record(n_steps, units), _record(n_steps, 3 * units)
    )
    states = record.stack()
    update, reset, candidate = tf.split(gate_record.stack(), 3, axis=-1)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        before = _before(states)
        update_slope = (before - candidate) * update * (1.0 - update)
        reset_slope = before * reset * (1.0 - reset)
        candidate_slope = (1.0 - update) * (1.0 - candidate * candidate)

        def back(count: tf.Tensor, outer: tf.Tensor, record: Any) -> tuple[Any, ...]:
            step = n_steps - 1 - count
            outer = outer + upstream[step]
            inner_candidate = outer * candidate_slope[step]
            gated = tf.matmul(inner_candidate, of_candidate, transpose_b=True)
            inner_gates = tf.concat(
                [outer * update_slope[step], gated * reset_slope[step]], axis=1
            )
            passed_on = (
                outer * update[step]
                + gated * reset[step]
                + tf.matmul(inner_gates, of_gates, transpose_b=True)
            )
            inner = tf.concat([inner_gates, inner_candidate], axis=1)
            return passed_on, record.write(step, inner)

        inner = _loop(n_steps, back, zero, _record(n_steps, 3 * units))[1].stack()
        inner_gates, inner_candidate = inner[..., : 2 * units], inner[..., 2 * units :]
        for_gates = tf.matmul(_flat(before), _flat(inner_gates), transpose_a=True)
        for_candidate = tf.matmul(
            _flat(reset * before), _flat(inner_candidate), transpose_a=True
        )
        return inner, tf.concat([for_gates, for_candidate], axis=1)

    return states, gradient


@tf.custom_gradient
def _fused_gated_recurrence(
    inputs: tf.Tensor,
    of_gates: tf.Tensor,
    of_candidate: tf.Tensor,
    bias_gates: tf.Tensor,
    bias_candidate: tf.Tensor,
) -> tuple[tf.Tensor, Callable[..., Any]]:
    """Run TensorFlow's fused GRU step; its gates are (reset, update)."""
    n_steps, units = tf.shape(inputs)[0], of_candidate.shape[1]
    zero = tf.zeros([tf.shape(inputs)[1], units])
    weights = {
        "w_ru": of_gates,
        "w_c": of_candidate,
        "b_ru": bias_gates,
        "b_c": bias_candidate,
    }

    def forward(
        step: tf.Tensor, state: tf.Tensor, record: Any, gate_record: Any
    ) -> tuple[Any, ...]:
        done = tf.raw_ops.GRUBlockCell(x=inputs[step], h_prev=state, **weights)
        gates = tf.concat([done.r, done.u, done.c], axis=1)
        return done.h, record.write(step, done.h), gate_record.write(step, gates)

    _, record, gate_record = _loop(
        n_steps, forward, zero, _record(n_steps, units), _record(n_steps, 3 * units)
    )
    states = record.stack()
    reset, update, candidate = tf.split(gate_record.stack(), 3, axis=-1)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
        before = _before(states)

        def back(
            count: tf.Tensor, outer: tf.Tensor, input_record: Any, inner_record: Any
        ) -> tuple[Any, ...]:
            step = n_steps - 1 - count
            done = tf.raw_ops.GRUBlockCellGrad(
                x=inputs[step],
                h_prev=before[step],
                r=reset[step],
                u=update[step],
                c=candidate[step],
                d_h=outer + upstream[step],
                **weights,
            )
            inner = tf.concat([done.d_r_bar_u_bar, done.d_c_bar], axis=1)
            return (
                done.d_h_prev,
                input_record.write(step, done.d_x),
                inner_record.write(step, inner),
            )

        _, input_record, inner_record = _loop(
            n_steps,
            back,
            zero,
            _record(n_steps, inputs.shape[-1]),
            _record(n_steps, 3 * units),
        )
        inner = _flat(inner_record.stack())
        inner_gates, inner_candidate = inner[:, : 2 * units], inner[:, 2 * units :]
        seen = _flat(tf.concat([inputs, before], axis=-1))
        seen_reset = _flat(tf.concat([inputs, reset * before], axis=-1))
        return (
            input_record.stack(),
            tf.matmul(seen, inner_gates, transpose_a=True),
            tf.matmul(seen_reset, inner_candidate, transpose_a=True),
            tf.reduce_sum(inner_gates, axis=0),
            tf.reduce_sum(inner_candidate, axis=0),
        )

    return states, gradient

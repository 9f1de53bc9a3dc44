using System.Numerics.Tensors;

namespace LusPipeline.Benchmarks;

/// <summary>
/// Multinomial logistic regression with an L2 penalty on standardised inputs, as scikit-learn's <c>StandardScaler</c> and
/// <c>LogisticRegression(C)</c> fit it, bias unpenalised. With fewer rows than columns the weights are sums of rows, so the rows' products suffice.
/// </summary>
internal sealed class LogisticRegression
{
    private const int Classes = 3;
    private const int Steps = 3000;
    private readonly float[][] _rows;
    private readonly float[] _mean;
    private readonly float[] _inverseDeviation;
    private readonly double[,] _shares;
    private readonly double[] _bias = new double[Classes];

    /// <param name="rows">Inputs, all of one length.</param>
    /// <param name="labels">0 … 2, one a row.</param>
    /// <param name="c">The inverse of the penalty: the loss is the sum of the rows' cross entropies and ‖weights‖² / 2C.</param>
    public LogisticRegression(IReadOnlyList<float[]> rows, IReadOnlyList<int> labels, double c)
    {
        (_mean, _inverseDeviation) = Scale(rows);
        _rows = [.. rows.Select(Standardised)];
        _shares = new double[_rows.Length, Classes];
        Fit(labels, 1 / c);
    }

    /// <summary>The most probable class; the first of equals.</summary>
    public int Predict(float[] row)
    {
        var scaled = Standardised(row);
        Span<double> logits = [.. _bias];
        for (var other = 0; other < _rows.Length; other++)
        {
            var product = (double)TensorPrimitives.Dot<float>(_rows[other], scaled);
            for (var label = 0; label < Classes; label++)
                logits[label] += _shares[other, label] * product;
        }
        return TensorPrimitives.IndexOfMax<double>(logits);
    }

    /// <summary>Nesterov's accelerated descent on the weights, written as shares of the rows; a step is the inverse of the loss' greatest curvature.</summary>
    private void Fit(IReadOnlyList<int> labels, double penalty)
    {
        var count = _rows.Length;
        var products = new double[count, count];
        double greatest = 0;
        for (var row = 0; row < count; row++)
        {
            double sum = 0;
            for (var other = 0; other < count; other++)
                sum += Math.Abs(products[row, other] = TensorPrimitives.Dot<float>(_rows[row], _rows[other]));
            greatest = Math.Max(greatest, sum);
        }
        // The curvature of the cross entropy is at most a half of the largest eigenvalue, of the bias too.
        var step = 1 / (((greatest + count) / 2) + penalty);
        var ahead = new double[count, Classes];
        var aheadBias = new double[Classes];
        Span<double> logits = stackalloc double[Classes];
        var residuals = new double[count, Classes];
        for (var round = 0; round < Steps; round++)
        {
            for (var row = 0; row < count; row++)
            {
                aheadBias.CopyTo(logits);
                for (var other = 0; other < count; other++)
                {
                    for (var label = 0; label < Classes; label++)
                        logits[label] += ahead[other, label] * products[row, other];
                }
                TensorPrimitives.SoftMax<double>(logits, logits);
                for (var label = 0; label < Classes; label++)
                    residuals[row, label] = logits[label] - (labels[row] == label ? 1 : 0);
            }
            var momentum = round / (round + 3.0);
            for (var label = 0; label < Classes; label++)
            {
                double gradient = 0;
                for (var row = 0; row < count; row++)
                {
                    gradient += residuals[row, label];
                    var next = ahead[row, label] - (step * (residuals[row, label] + (penalty * ahead[row, label])));
                    ahead[row, label] = next + (momentum * (next - _shares[row, label]));
                    _shares[row, label] = next;
                }
                var nextBias = aheadBias[label] - (step * gradient);
                aheadBias[label] = nextBias + (momentum * (nextBias - _bias[label]));
                _bias[label] = nextBias;
            }
        }
    }

    private static (float[] Mean, float[] InverseDeviation) Scale(IReadOnlyList<float[]> rows)
    {
        var mean = new float[rows[0].Length];
        var inverse = new float[mean.Length];
        for (var column = 0; column < mean.Length; column++)
        {
            var values = rows.Select(row => (double)row[column]).ToArray();
            var average = values.Average();
            var deviation = Math.Sqrt(values.Average(value => (value - average) * (value - average)));
            (mean[column], inverse[column]) = ((float)average, deviation > 0 ? (float)(1 / deviation) : 1);
        }
        return (mean, inverse);
    }

    private float[] Standardised(float[] row)
    {
        var scaled = new float[row.Length];
        TensorPrimitives.Subtract(row, _mean, scaled);
        TensorPrimitives.Multiply(scaled, _inverseDeviation, scaled);
        return scaled;
    }
}

using System.Numerics.Tensors;
using LusPipeline.Training.Data;

namespace LusPipeline.Training.Heads;

/// <summary>Shifts and scales each feature: (x − mean)·scale.</summary>
/// <param name="Mean">[D].</param>
/// <param name="Scale">[D], 1/deviation; 1 for a feature that never changes.</param>
internal sealed record Standardization(float[] Mean, float[] Scale)
{
    /// <summary>Mean and deviation (with divisor N, as scikit-learn's StandardScaler) over all frames of the clips, summed in float64.</summary>
    public static Standardization Of(LabelledClips clips)
    {
        var (width, rows) = (clips.Width, clips.Clips.Count * clips.Frames);
        var (mean, variance, row) = (new double[width], new double[width], new double[width]);
        for (var i = 0; i < rows; i++)
        {
            TensorPrimitives.ConvertTruncating<float, double>(clips.Values.Span.Slice(i * width, width), row);
            TensorPrimitives.Add(mean, row, mean);
        }
        TensorPrimitives.Divide(mean, rows, mean);
        for (var i = 0; i < rows; i++)
        {
            TensorPrimitives.ConvertTruncating<float, double>(clips.Values.Span.Slice(i * width, width), row);
            TensorPrimitives.Subtract(row, mean, row);
            TensorPrimitives.MultiplyAdd(row, row, variance, variance);
        }
        return new(
            [.. mean.Select(value => (float)value)],
            [.. variance.Select((sum, feature) => Math.Sqrt(sum / rows) is var deviation && deviation > 1e-6 * Math.Max(1, Math.Abs(mean[feature])) ? (float)(1 / deviation) : 1)]);
    }

    /// <param name="rows">Rows of D features, changed in place.</param>
    public void Apply(Span<float> rows)
    {
        for (; rows.Length > 0; rows = rows[Mean.Length..])
        {
            var row = rows[..Mean.Length];
            TensorPrimitives.Subtract(row, Mean, row);
            TensorPrimitives.Multiply(row, Scale, row);
        }
    }

    /// <summary>
    /// Puts it into a layer that reads the features: x·K + b of the standardised x is x·K′ + b′ of the features, with K′ = scale·K and
    /// b′ = b − (mean·scale)·K, summed in float64.
    /// </summary>
    /// <param name="kernel">[D, units], changed in place.</param>
    /// <param name="bias">At least [units], changed in place.</param>
    public void Fold(Span<float> kernel, Span<float> bias)
    {
        var units = kernel.Length / Mean.Length;
        var shift = new double[units];
        for (var feature = 0; feature < Mean.Length; feature++)
        {
            var row = kernel.Slice(feature * units, units);
            for (var unit = 0; unit < units; unit++)
            {
                var scaled = (double)row[unit] * Scale[feature];
                shift[unit] += Mean[feature] * scaled;
                row[unit] = (float)scaled;
            }
        }
        for (var unit = 0; unit < units; unit++)
            bias[unit] = (float)(bias[unit] - shift[unit]);
    }
}

using System.Numerics.Tensors;
using LusPipeline.Core.Probabilities;
using LusPipeline.Training.Gradients;

namespace LusPipeline.Explaining.Importance;

/// <param name="IntegratedGradients">[T].</param>
/// <param name="Completeness">Their sum less p(clip) − p(mean clip): 0 but for the error of the integral.</param>
/// <param name="Score">The gradient of the class's score by the features, [T,D].</param>
internal sealed record GradientReasonsOfClip(IReadOnlyList<double> IntegratedGradients, double Completeness, float[] Score);

/// <summary>What the gradient of a head says about one clip.</summary>
internal sealed class GradientReasons : IDisposable
{
    /// <summary>
    /// Points on the path of integrated gradients. They are those of Gauss and Legendre, which integrate smooth functions far more exactly than evenly spaced ones.
    /// </summary>
    private const int Steps = 20;

    /// <summary>The row of the clip itself, behind those of the path.</summary>
    private const int Clip = Steps;

    /// <summary>The row of the clip whose frames are all the mean.</summary>
    private const int Baseline = Steps + 1;

    private const int Rows = Steps + 2;

    private static readonly (double Point, double Weight)[] Rule = GaussLegendre.Rule(Steps);

    private readonly HeadGradient _gradient;

    private GradientReasons(HeadGradient gradient) => _gradient = gradient;

    /// <param name="head">The head's ONNX file.</param>
    /// <param name="frames">T.</param>
    /// <param name="features">D.</param>
    /// <exception cref="NotSupportedException">The head has an operator without a rule; the message names it.</exception>
    /// <exception cref="InvalidDataException">The file is not a readable ONNX model.</exception>
    public static GradientReasons Open(string head, int frames, int features) => new(HeadGradient.Open(head, Rows, frames, features));

    /// <summary>
    /// Integrated gradients (Sundararajan, Taly and Yan, 2017, equation 1) of the class's probability, summed over each frame's features, from a clip whose frames
    /// are all its mean; and the gradient of the class's score at the clip itself. All in one run of the graph.
    /// </summary>
    /// <param name="features">float32 [T,D].</param>
    /// <param name="mean">Their mean over the frames, [D].</param>
    public GradientReasonsOfClip Explain(float[] features, float[] mean, Diagnosis explained)
    {
        var size = features.Length;
        var (baseline, difference, path) = (new float[size], new float[size], new float[Rows * size]);
        for (var frame = 0; frame < _gradient.Frames; frame++)
            mean.CopyTo(baseline, frame * mean.Length);
        TensorPrimitives.Subtract(features, baseline, difference);
        var (probabilityWeights, scoreWeights) = (new float[Rows * 3], new float[Rows * 3]);
        for (var step = 0; step < Steps; step++)
        {
            TensorPrimitives.MultiplyAdd(difference, (float)Rule[step].Point, baseline, path.AsSpan(step * size, size));
            probabilityWeights[(step * 3) + (int)explained] = 1;
        }
        features.CopyTo(path, Clip * size);
        scoreWeights[(Clip * 3) + (int)explained] = 1;
        baseline.CopyTo(path, Baseline * size);

        var result = _gradient.Run(path, probabilityWeights, scoreWeights);
        var parts = new double[_gradient.Frames];
        for (var step = 0; step < Steps; step++)
        {
            for (var frame = 0; frame < parts.Length; frame++)
            {
                var at = frame * mean.Length;
                parts[frame] += Rule[step].Weight * TensorPrimitives.Dot(result.Gradient.AsSpan((step * size) + at, mean.Length), difference.AsSpan(at, mean.Length));
            }
        }
        var fall = result.Probabilities[(Clip * 3) + (int)explained] - result.Probabilities[(Baseline * 3) + (int)explained];
        return new(parts, parts.Sum() - fall, result.Gradient[(Clip * size)..(Baseline * size)]);
    }

    public void Dispose() => _gradient.Dispose();
}

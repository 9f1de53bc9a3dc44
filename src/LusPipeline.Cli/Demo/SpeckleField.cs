namespace LusPipeline.Cli.Demo;

/// <summary>
/// Fully developed speckle: the magnitude of a complex Gaussian field that the beam has smoothed. The magnitude is Rayleigh distributed. Two such fields
/// blend into each other over time, as if tissue moved through the image plane.
/// </summary>
internal sealed class SpeckleField
{
    private readonly int _samples;
    private readonly float[][] _parts;

    /// <param name="random">The only source of random numbers.</param>
    /// <param name="lines">Number of scan lines. The field wraps around after the last one.</param>
    /// <param name="samples">Number of samples on a line.</param>
    public SpeckleField(Random random, int lines, int samples)
    {
        Lines = lines;
        _samples = samples;
        _parts = [.. Enumerable.Range(0, 4).Select(_ => Part(random, lines, samples))];
    }

    public int Lines { get; }

    /// <summary>Writes the magnitudes of one line. Their mean is 1.</summary>
    /// <param name="line">The line from 0. Fractions are allowed, and the number wraps around.</param>
    /// <param name="phase">Phase of the blend between the two fields, in radians.</param>
    /// <param name="magnitudes">Receives one magnitude for each sample.</param>
    public void Line(float line, float phase, Span<float> magnitudes)
    {
        var wrapped = line - (MathF.Floor(line / Lines) * Lines);
        var first = (int)wrapped % Lines;
        var second = (first + 1) % Lines;
        var right = wrapped - MathF.Floor(wrapped);
        var (sin, cos) = MathF.SinCos(phase);
        Span<float> weights = [cos * (1 - right), cos * right, sin * (1 - right), sin * right];
        var norm = 1f / MathF.Sqrt(((1 - right) * (1 - right)) + (right * right) + 1e-6f);
        for (var s = 0; s < magnitudes.Length; s++)
        {
            var (a, b) = ((first * _samples) + s, (second * _samples) + s);
            var real = (weights[0] * _parts[0][a]) + (weights[1] * _parts[0][b]) + (weights[2] * _parts[2][a]) + (weights[3] * _parts[2][b]);
            var imaginary = (weights[0] * _parts[1][a]) + (weights[1] * _parts[1][b]) + (weights[2] * _parts[3][a]) + (weights[3] * _parts[3][b]);
            magnitudes[s] = norm * MathF.Sqrt((real * real) + (imaginary * imaginary));
        }
    }

    /// <summary>White Gaussian noise, smoothed along and across the lines. It is scaled so that the magnitude of two such parts has mean 1.</summary>
    private static float[] Part(Random random, int lines, int samples)
    {
        var field = new float[lines * samples];
        for (var i = 0; i < field.Length; i++)
            field[i] = MathF.Sqrt(-2f * MathF.Log(1f - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
        for (var pass = 0; pass < 2; pass++)
        {
            field = Smoothed(field, samples, 1, reach: 1);
            field = Smoothed(field, samples, samples, reach: 1);
        }
        double squares = 0;
        foreach (var value in field)
            squares += value * value;
        // The mean of a Rayleigh distribution is its scale times √(π/2).
        var scale = (float)(1 / (Math.Sqrt(squares / field.Length) * Math.Sqrt(Math.PI / 2)));
        for (var i = 0; i < field.Length; i++)
            field[i] *= scale;
        return field;
    }

    private static float[] Smoothed(float[] field, int samples, int step, int reach)
    {
        var smoothed = new float[field.Length];
        for (var i = 0; i < field.Length; i++)
        {
            float sum = 0;
            for (var k = -reach; k <= reach; k++)
            {
                var at = step == 1
                    ? (i / samples * samples) + ((i % samples) + k + samples) % samples
                    : (i + (k * step) + field.Length) % field.Length;
                sum += field[at];
            }
            smoothed[i] = sum;
        }
        return smoothed;
    }
}

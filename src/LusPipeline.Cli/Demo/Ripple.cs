namespace LusPipeline.Cli.Demo;

/// <summary>A smooth irregular curve in [-1, 1]: a sum of a few sines with random frequencies and phases.</summary>
internal sealed class Ripple
{
    private readonly (float Frequency, float Phase, float Weight)[] _waves;

    /// <param name="random">The only source of random numbers.</param>
    /// <param name="frequency">Approximate number of oscillations over a length of 1.</param>
    public Ripple(Random random, float frequency)
    {
        _waves = [.. Enumerable.Range(0, 4).Select(_ => (
            2 * MathF.PI * frequency * (0.5f + random.NextSingle()),
            2 * MathF.PI * random.NextSingle(),
            0.25f))];
    }

    public float At(float x)
    {
        float sum = 0;
        foreach (var (frequency, phase, weight) in _waves)
            sum += weight * MathF.Sin((frequency * x) + phase);
        return sum;
    }
}

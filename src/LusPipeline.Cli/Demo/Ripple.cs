namespace LusPipeline.Cli.Demo;

/// <summary>A smooth irregular curve in [-1, 1]: a few sines of chance frequencies and phases.</summary>
internal sealed class Ripple
{
    private readonly (float Frequency, float Phase, float Weight)[] _waves;

    /// <param name="random">The only source of chance.</param>
    /// <param name="frequency">About how often it goes up and down over a length of 1.</param>
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

namespace LusPipeline.UnitTests.Keras;

/// <summary>How far results are from what Keras computed.</summary>
internal static class Closeness
{
    public static float MaxDifference(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        float max = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            var difference = Math.Abs(actual[i] - expected[i]);
            max = float.IsNaN(difference) ? float.PositiveInfinity : Math.Max(max, difference);
        }
        return max;
    }

    public static float Max(ReadOnlySpan<float> values)
    {
        float max = 0;
        foreach (var value in values)
        {
            max = Math.Max(max, Math.Abs(value));
        }
        return max;
    }

    public static double RelativeL2(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        double difference = 0, size = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            difference += ((double)actual[i] - expected[i]) * ((double)actual[i] - expected[i]);
            size += (double)expected[i] * expected[i];
        }
        return Math.Sqrt(difference / size);
    }
}

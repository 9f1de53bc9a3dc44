namespace LusPipeline.Training.Heads;

/// <summary>An input of the training graph by which values are multiplied: 0 with probability <see cref="Rate"/>, otherwise 1/(1 − rate).</summary>
/// <param name="Name">The input's name.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Rate">The share of values that are dropped, in (0, 1).</param>
internal sealed record DropoutMask(string Name, int[] Shape, double Rate)
{
    /// <summary>Fills the mask (Srivastava and others, 2014, with the scale applied while training, as Keras and PyTorch do).</summary>
    public void Fill(Span<float> values, Random random)
    {
        var kept = (float)(1 / (1 - Rate));
        for (var i = 0; i < values.Length; i++)
            values[i] = random.NextDouble() < Rate ? 0 : kept;
    }
}

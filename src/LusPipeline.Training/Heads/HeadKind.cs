namespace LusPipeline.Training.Heads;

/// <summary>How a head turns the features of T frames into one vector.</summary>
public enum HeadKind
{
    /// <summary>A long short-term memory: its last state.</summary>
    Lstm,

    /// <summary>A gated recurrent unit: its last state.</summary>
    Gru,

    /// <summary>The mean over the frames. Without dense layers the head is a logistic regression: the floor for all others.</summary>
    Mean,

    /// <summary>Self-attention between the frames, then the mean over them.</summary>
    Attention,
}

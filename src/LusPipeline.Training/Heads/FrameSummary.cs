namespace LusPipeline.Training.Heads;

/// <summary>How the states that a recurrent layer has at the T frames become one vector.</summary>
public enum FrameSummary
{
    /// <summary>The last state.</summary>
    Last,

    /// <summary>The mean of all states.</summary>
    Mean,

    /// <summary>The greatest of all states, value by value.</summary>
    Max,

    /// <summary>The mean of all states, weighted by a softmax over a learned score of each.</summary>
    Attention,
}

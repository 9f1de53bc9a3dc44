namespace LusPipeline.Models.Inference;

/// <summary>The memory of one batch, and the engine that computes it.</summary>
internal interface IBatchBuffers : IDisposable
{
    /// <summary>Largest number of frames.</summary>
    int Capacity { get; }

    /// <summary>Input, uint8 [<see cref="Capacity"/>, H, W, 3].</summary>
    Span<byte> Frames { get; }

    /// <summary>Output, float32 [<see cref="Capacity"/>, D].</summary>
    ReadOnlySpan<float> Features { get; }

    /// <summary>Computes the features of the first <paramref name="count"/> frames.</summary>
    void Run(int count);
}

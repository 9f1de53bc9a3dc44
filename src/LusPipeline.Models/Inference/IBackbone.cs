namespace LusPipeline.Models.Inference;

/// <summary>An engine that turns frames into features. Safe to call from several clips at once; on the CPU the features do not depend on it, on CUDA their last bits may.</summary>
public interface IBackbone : IDisposable
{
    /// <summary>Of the frames that it takes.</summary>
    int Height { get; }

    /// <summary>Of the frames that it takes.</summary>
    int Width { get; }

    /// <summary>D, the features of one frame.</summary>
    int FeatureLength { get; }

    /// <summary>Computes the features of one clip.</summary>
    /// <param name="frames">uint8 RGB [T, <see cref="Height"/>, <see cref="Width"/>, 3]; not copied: neither it nor <paramref name="features"/> may be touched until the task ends.</param>
    /// <param name="frameCount">T, at least 1.</param>
    /// <param name="features">float32 [T, <see cref="FeatureLength"/>], filled here.</param>
    /// <exception cref="Core.Outcomes.BrokenEngineException">The engine failed: out of memory, a corrupt model.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; seen between batches.</exception>
    Task ExtractAsync(ReadOnlyMemory<byte> frames, int frameCount, Memory<float> features, CancellationToken cancellation);
}

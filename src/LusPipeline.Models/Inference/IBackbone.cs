namespace LusPipeline.Models.Inference;

/// <summary>
/// An engine that turns frames into features. Several clips may call it at the same time. On the CPU that never changes the features; on CUDA it may change
/// their last bits.
/// </summary>
public interface IBackbone : IDisposable
{
    /// <summary>H, the height in pixels of the frames that it takes.</summary>
    int Height { get; }

    /// <summary>W, the width in pixels of the frames that it takes.</summary>
    int Width { get; }

    /// <summary>D, the number of features of one frame.</summary>
    int FeatureLength { get; }

    /// <summary>Computes the features of one clip.</summary>
    /// <param name="frames">
    /// uint8 RGB [T, <see cref="Height"/>, <see cref="Width"/>, 3]. It is not copied: do not touch it or <paramref name="features"/> until the task
    /// completes.
    /// </param>
    /// <param name="frameCount">T, at least 1.</param>
    /// <param name="features">float32 [T, <see cref="FeatureLength"/>], filled by this call.</param>
    /// <exception cref="Core.Outcomes.BrokenEngineException">The engine failed, for example for lack of memory or because of a corrupt model.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled. Cancellation is checked between batches.</exception>
    Task ExtractAsync(ReadOnlyMemory<byte> frames, int frameCount, Memory<float> features, CancellationToken cancellation);
}

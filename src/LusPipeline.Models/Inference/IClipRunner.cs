namespace LusPipeline.Models.Inference;

/// <summary>Distributes clips over batches and runs the batches.</summary>
internal interface IClipRunner : IDisposable
{
    /// <summary>Adds a clip. Its task completes when all its frames are finished.</summary>
    void Add(ClipInWork clip);
}

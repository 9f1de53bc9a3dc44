namespace LusPipeline.Models.Inference;

/// <summary>Takes clips to batches, and batches to the engine.</summary>
internal interface IClipRunner : IDisposable
{
    /// <summary>The clip's task ends when all its frames have.</summary>
    void Add(ClipInWork clip);
}

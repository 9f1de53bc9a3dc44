using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Models.Inference;

/// <summary>How models run.</summary>
public sealed record InferenceOptions
{
    public const string Section = "Inference";

    [EnumDataType(typeof(ExecutionProvider))]
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>CPU threads that compute; 0 for as many as the process may use.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Most frames of one clip that go through the backbone together; 0 for the provider's best.</summary>
    [Range(0, 256)]
    public int Batch { get; init; }

    /// <summary>Keep working memory between batches: faster, and never given back.</summary>
    public bool Arena { get; init; } = true;

    /// <summary>The CUDA device.</summary>
    [Range(0, 255)]
    public int DeviceId { get; init; }

    /// <summary>Most bytes of the CUDA device's memory for each session's arena; 0 for all of it.</summary>
    [Range(0, long.MaxValue)]
    public long DeviceMemoryBytes { get; init; }
}

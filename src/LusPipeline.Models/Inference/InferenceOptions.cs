using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Models.Inference;

/// <summary>How models run.</summary>
public sealed record InferenceOptions : IValidatableObject
{
    public const string Section = "Inference";

    /// <summary>No backbone's weights and one frame fit into less.</summary>
    public const long LeastDeviceMemoryBytes = 256L << 20;

    /// <summary>Where the backbone runs. With <c>Cuda</c> the process ends if the device cannot be used. The head always runs on the CPU.</summary>
    [EnumDataType(typeof(ExecutionProvider))]
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>CPU threads that compute. 0 means as many as the process may use.</summary>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Most frames that go through the backbone together. 0 means the best for the provider: 1 on the CPU, 40 on CUDA.</summary>
    [Range(0, 256)]
    public int Batch { get; init; }

    /// <summary>Whether a batch may hold frames of several clips. <c>Auto</c> means on CUDA only.</summary>
    [EnumDataType(typeof(ClipMixing))]
    public ClipMixing MixClips { get; init; } = ClipMixing.Auto;

    /// <summary>Keep working memory of the CPU between batches. This is faster, but the memory is never given back to the system.</summary>
    public bool Arena { get; init; } = true;

    /// <summary>Number of the CUDA device.</summary>
    [Range(0, 255)]
    public int DeviceId { get; init; }

    /// <summary>Most bytes of the CUDA device's memory for weights and working memory: at least 268435456 (256 MiB), or 0 for all of it.</summary>
    [Range(0, long.MaxValue)]
    public long DeviceMemoryBytes { get; init; }

    /// <summary>How the CUDA device's working memory grows when it is too small: by what is needed, or by powers of two.</summary>
    [EnumDataType(typeof(ArenaGrowth))]
    public ArenaGrowth DeviceArenaGrowth { get; init; } = ArenaGrowth.AsRequested;

    /// <summary>Let the fp32 variant multiply with 10 bits of mantissa on CUDA. This is faster, but features differ from about the third digit on.</summary>
    public bool DeviceTf32 { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (DeviceMemoryBytes is > 0 and < LeastDeviceMemoryBytes)
        {
            yield return new(
                $"{DeviceMemoryBytes} is too little for any backbone. Give at least {LeastDeviceMemoryBytes} (256 MiB), or 0 for all of the device's memory.",
                [nameof(DeviceMemoryBytes)]);
        }
        if (MixClips == ClipMixing.Always && Provider == ExecutionProvider.Cpu && Batch < 2)
            yield return new($"Always mixes nothing on the CPU while {Section}:{nameof(Batch)} is {Batch}. Give a batch of at least 2 frames, or Auto.", [nameof(MixClips)]);
    }
}

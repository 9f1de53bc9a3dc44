namespace LusPipeline.Models.Inference;

/// <summary>Whether a batch may hold frames of several clips.</summary>
public enum ClipMixing
{
    /// <summary>Only on CUDA, where a batch of one clip does not fill the device.</summary>
    Auto,

    /// <summary>Never. A clip's features are identical to the last bit, whatever else is computed.</summary>
    Never,

    /// <summary>Always, on the CPU too.</summary>
    Always,
}

namespace LusPipeline.Models.Inference;

/// <summary>Whether a batch may hold frames of several clips.</summary>
public enum ClipMixing
{
    /// <summary>On CUDA, where a batch of one clip does not fill the device.</summary>
    Auto,

    /// <summary>A clip's features are the same to the last bit whatever else is computed.</summary>
    Never,

    /// <summary>On the CPU too.</summary>
    Always,
}

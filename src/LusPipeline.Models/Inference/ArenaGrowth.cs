namespace LusPipeline.Models.Inference;

/// <summary>How much a CUDA session's working memory grows when it is too small.</summary>
public enum ArenaGrowth
{
    /// <summary>By the amount that is needed. This uses the least memory.</summary>
    AsRequested,

    /// <summary>By powers of two. This makes fewer and larger allocations.</summary>
    PowersOfTwo,
}

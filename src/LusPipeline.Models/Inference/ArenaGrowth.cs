namespace LusPipeline.Models.Inference;

/// <summary>By how much a CUDA session's working memory grows when it is too small.</summary>
public enum ArenaGrowth
{
    /// <summary>By what is needed: the least memory.</summary>
    AsRequested,

    /// <summary>By powers of two: fewer and larger allocations.</summary>
    PowersOfTwo,
}

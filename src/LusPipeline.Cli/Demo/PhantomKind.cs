namespace LusPipeline.Cli.Demo;

/// <summary>The lung pattern that a phantom imitates.</summary>
internal enum PhantomKind
{
    /// <summary>B-lines: bright rays from the pleura to the bottom, as in interstitial disease; the pleura is thick and ragged.</summary>
    BLines,

    /// <summary>A consolidation: a tissue-like region below the pleura with bright air bronchograms and a ragged deep border.</summary>
    Consolidation,

    /// <summary>A-lines: echoes of the pleura at multiples of its depth, as over air-filled lung.</summary>
    ALines,
}

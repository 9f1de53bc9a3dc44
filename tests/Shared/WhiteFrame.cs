namespace LusPipeline.Tests;

/// <summary>What a frame that is white all over does to the engine of a <see cref="TinyBundle"/>.</summary>
public enum WhiteFrame
{
    IsHarmless,

    /// <summary>ONNX Runtime says that it failed.</summary>
    FailsTheRun,

    /// <summary>ONNX Runtime does not return.</summary>
    HangsTheRun,

    /// <summary>No exception tells of it. On x86 only.</summary>
    KillsTheProcess,

    /// <summary>Nothing, but a frame that is black all over kills the process, and each opener of a model begins with one. On x86 only.</summary>
    IsHarmlessAndBlackKills,
}

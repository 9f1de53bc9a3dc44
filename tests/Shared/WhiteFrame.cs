namespace LusPipeline.Tests;

/// <summary>What a frame that is white all over does to the engine of a <see cref="TinyBundle"/>.</summary>
public enum WhiteFrame
{
    IsHarmless,

    /// <summary>ONNX Runtime says that it failed.</summary>
    FailsTheRun,

    /// <summary>No exception tells of it. On x86 only.</summary>
    KillsTheProcess,
}

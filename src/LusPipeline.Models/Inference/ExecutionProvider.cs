namespace LusPipeline.Models.Inference;

/// <summary>Where models run.</summary>
public enum ExecutionProvider
{
    Cpu,
    Cuda,
}

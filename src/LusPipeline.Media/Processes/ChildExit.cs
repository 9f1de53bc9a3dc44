namespace LusPipeline.Media.Processes;

/// <summary>How a child process ended.</summary>
/// <param name="Code">Null for a child that was ended from here. A signal gives 128 and its number.</param>
/// <param name="Exceeded">The limit that it went beyond.</param>
public readonly record struct ChildExit(int? Code, ChildLimit Exceeded = ChildLimit.None);

/// <summary>What a child may use.</summary>
public enum ChildLimit
{
    None,
    Time,
    Memory,
}

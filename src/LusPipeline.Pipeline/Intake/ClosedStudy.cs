namespace LusPipeline.Pipeline.Intake;

/// <summary>A study whose marker was found.</summary>
/// <param name="Tag">The marker's content.</param>
public readonly record struct ClosedStudy(Guid StudyId, string Tag);

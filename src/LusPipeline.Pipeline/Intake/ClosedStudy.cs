namespace LusPipeline.Pipeline.Intake;

/// <summary>A study whose marker object was found.</summary>
/// <param name="Tag">The tag of the marker object's content.</param>
public readonly record struct ClosedStudy(Guid StudyId, string Tag);

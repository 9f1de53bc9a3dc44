namespace LusPipeline.Core.Identity;

/// <summary>The identity of a DICOM object as hashes with an installation's key. Its UIDs cannot be told from them.</summary>
/// <param name="Study">The study's name: the hash of the Study Instance UID.</param>
/// <param name="Instance">The hash of the SOP Instance UID.</param>
public sealed record LoopIdentity(string Study, string Instance);

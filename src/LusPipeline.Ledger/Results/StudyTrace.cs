using LusPipeline.Ledger.Rows;

namespace LusPipeline.Ledger.Results;

/// <summary>A trace of a study, with the first of its spans.</summary>
/// <param name="TraceId">32 hex digits.</param>
/// <param name="StartedAt">Start of the first span, UTC.</param>
/// <param name="EndedAt">End of the last span, UTC.</param>
/// <param name="SpanCount">All of its spans.</param>
/// <param name="First">The first spans by start.</param>
public sealed record StudyTrace(string TraceId, DateTime StartedAt, DateTime EndedAt, int SpanCount, IReadOnlyList<SpanRow> First);

using LusPipeline.Core.Outcomes;

namespace LusPipeline.Hosting.Http;

/// <summary>The server for health and metrics cannot start.</summary>
/// <param name="message">Names <c>Http:Url</c> and the fix.</param>
public sealed class HttpException(string message, Exception inner) : LusException(message, inner);

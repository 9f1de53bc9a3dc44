namespace LusPipeline.IntegrationTests.Servers;

/// <summary>What <see cref="FaultyProxy"/> does with an HTTP request.</summary>
internal enum RequestFault
{
    None,

    /// <summary>Answers 503 <c>SlowDown</c> as S3 does; the server does not see it.</summary>
    SlowDown,

    /// <summary>Answers 501 <c>NotImplemented</c>; the server does not see it.</summary>
    NotImplemented,

    /// <summary>Cuts the connection before the server sees it.</summary>
    Cut,

    /// <summary>The server does it; the connection is cut before the answer comes.</summary>
    LoseAnswer,
}

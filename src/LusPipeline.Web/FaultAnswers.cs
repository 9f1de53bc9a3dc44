using System.Data.Common;
using System.Diagnostics;
using LusPipeline.Ledger.Databases;
using LusPipeline.Web.Pages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Web;

/// <summary>Answers requests that failed. The log says what happened; the answer repeats nothing of it.</summary>
internal static partial class FaultAnswers
{
    /// <summary>A fault that comes later is no connection that was found closed.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private const int Tries = 3;

    public static async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await TryAsync(context, next).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            var away = IsAway(fault);
            var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(FaultAnswers));
            if (LedgerOutage.Is(fault))
                Away(log, fault.GetBaseException().Message);
            else
                Failed(log, fault);
            context.Response.StatusCode = away ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError;
            await WriteAsync(context, away ? "The ledger does not answer. Try again." : "The server has a fault; its log says which.").ConfigureAwait(false);
        }
    }

    /// <summary>Answers a request whose time is over. The status is set already.</summary>
    public static Task GiveUpAsync(HttpContext context)
    {
        GivenUp(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(FaultAnswers)));
        // The time's token, which is cancelled, stands in the place of the client's.
        context.RequestAborted = CancellationToken.None;
        return WriteAsync(context, "The answer takes too long. Try again.");
    }

    /// <summary>Tells somebody who has a browser in a page, and a program in plain text. The status is set already.</summary>
    public static async Task WriteAsync(HttpContext context, string message)
    {
        if (context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            var page = await context.RequestServices.GetRequiredService<PageWriter>().WriteAsync<FaultPage>(
                new() { [nameof(FaultPage.Message)] = message, [nameof(FaultPage.Address)] = $"{context.Request.Path}{context.Request.QueryString}" }, context.Response.StatusCode).ConfigureAwait(false);
            await page.ExecuteAsync(context).ConfigureAwait(false);
            return;
        }
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(message + "\n", context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>
    /// A database that stopped and started again leaves closed connections in the pool, and whoever takes one finds out. Another try has a new one, unless it
    /// waits for what somebody else began before. Nothing here changes anything, so everything may be tried again.
    /// </summary>
    private static async Task TryAsync(HttpContext context, RequestDelegate next)
    {
        var began = Stopwatch.StartNew();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await next(context).ConfigureAwait(false);
                return;
            }
            catch (Exception lost) when (LedgerOutage.Is(lost) && tries < Tries && began.Elapsed < Soon && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
            {
                PostgresLedger.ForgetConnections();
                context.Response.Clear();
                context.SetEndpoint(null);
            }
        }
    }

    private static bool IsAway(Exception? fault) => fault is DbException or TimeoutException || (fault is not null && IsAway(fault.InnerException));

    [LoggerMessage(Level = LogLevel.Warning, Message = "The ledger does not answer: {Reason}")]
    private static partial void Away(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The answer to a request took too long and was given up.")]
    private static partial void GivenUp(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed.")]
    private static partial void Failed(ILogger logger, Exception fault);
}

"""What is true of Azure and not in any answer: tables with their date and source."""
